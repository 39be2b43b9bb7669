//! What a program says of itself and its surroundings beside a ticket: words of closed lists, so that nothing personal can
//! slip in.

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
    #[doc = "What the person has tried before they asked, in the order in which support would say it."]
    Tried {
        Updated "They have updated the program.",
        ClearedCache "They have cleared its cache.",
        Reinstalled "They have installed it anew.",
        Restarted "They have restarted the device.",
        OtherNetwork "They have tried another network.",
        OtherDevice "They have tried another device.",
    }
}

/// Most things that can be tried.
pub const MOST_TRIED: usize = 6;
/// Longest answer of the network that is believed, in milliseconds.
pub const SLOWEST: u32 = 600_000;
