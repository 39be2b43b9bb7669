//! What a program says of itself and its surroundings beside a ticket or to be told what helps: words of closed lists and
//! numbers within bounds, so that nothing personal can slip in.

use serde::{Deserialize, Serialize};

/// Gives an enum its derives and its words on the wire.
macro_rules! list {
    ($(#[doc = $doc:literal] $name:ident { $($word:ident $meaning:literal,)* })*) => {
        $(
            #[doc = $doc]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(rename_all = "snake_case")]
            pub enum $name {
                $(#[doc = $meaning] $word,)*
            }

            impl $name {
                /// Every word.
                pub const ALL: &'static [Self] = &[$(Self::$word),*];
            }
        )*
    };
}

list! {
    #[doc = "The system that the program runs on."]
    System {
        Android "Android.",
        Ios "iOS or iPadOS.",
        Harmony "HarmonyOS.",
        Windows "Windows.",
        Macos "macOS.",
        Linux "Linux.",
        Other "Another one.",
    }
    #[doc = "What the camera does."]
    Camera {
        Ready "It gives pictures.",
        Dark "It gives black pictures.",
        Busy "Another program has it.",
        Absent "There is none.",
        Failed "It gives nothing.",
    }
    #[doc = "May the program use the camera?"]
    Permission {
        Granted "Yes.",
        Denied "No.",
        Blocked "No, and the system does not ask again.",
        Undecided "The person was not asked.",
    }
    #[doc = "How the device is connected."]
    Network {
        Wifi "By Wi-Fi.",
        Cellular "By mobile data.",
        Wired "By cable.",
        Offline "Not at all.",
        Unknown "The system does not tell.",
    }
    #[doc = "How much light there is."]
    Light {
        Dark "Too little.",
        Dim "Little.",
        Normal "Enough.",
        Bright "Too much.",
    }
    #[doc = "In what the person sees us."]
    Surface {
        App "An app of its own.",
        Browser "A browser.",
        WebView "The view of the web inside another program.",
    }
    #[doc = "Does the person see the page?"]
    Page {
        Visible "Yes.",
        Hidden "No: it lies behind another page or program.",
    }
    #[doc = "What the person wears on the head."]
    Worn {
        Glasses "Glasses that are clear.",
        Sunglasses "Glasses that are dark.",
        Mask "Something before mouth or nose.",
        Hat "Something on the forehead.",
    }
    #[doc = "What did not work."]
    Failed {
        FaceLogin "Signing in with the face.",
        LiveCheck "A live check.",
        DocumentPhoto "A photo of a document.",
        Upload "Sending a file.",
        Passkey "Signing in with a passkey.",
        Totp "A code of an authenticator app.",
        MailCode "A code by mail did not come.",
        SmsCode "A code by SMS did not come.",
    }
    #[doc = "What the person has tried before they asked."]
    Tried {
        Updated "They have updated the program.",
        ClearedCache "They have cleared its cache.",
        Reinstalled "They have installed it anew.",
        Restarted "They have restarted the device.",
        OtherNetwork "They have tried another network.",
        OtherDevice "They have tried another device.",
        BetterLight "They have gone to better light.",
        WipedLens "They have wiped the lens.",
        BareFace "They have taken glasses, mask and hat off.",
        AutomaticTime "They have let the device set its clock.",
        CheckedSpam "They have looked for the mail among the unwanted ones.",
    }
}

/// Most things that can be tried.
pub const MOST_TRIED: usize = Tried::ALL.len();
/// Most things that can be worn.
pub const MOST_WORN: usize = Worn::ALL.len();
/// Longest answer of the network that is believed, in milliseconds.
pub const SLOWEST: u32 = 600_000;
/// Fastest network that is believed, in kilobits a second: ten gigabits.
pub const FASTEST: u32 = 10_000_000;
/// Longest side of a camera's picture that is believed, in pixels.
pub const LARGEST_SIDE: u32 = 20_000;
/// How far a clock may be off to be told as it is, in milliseconds: a hundred years. Clocks that were never set stand at 1970.
pub const FARTHEST_CLOCK: i64 = 3_155_760_000_000;
