//! What can be done about a device, a network, a code: names that never change, told by the texts of `/locales`.

use serde::{Deserialize, Serialize};

use crate::diagnostics::Tried;

/// Keeps the enum, the list of all and their names in one row each.
macro_rules! advice {
    ($($word:ident $name:literal $doc:literal;)*) => {
        /// Something to do that no verification is refused for. Append-only, as reason codes are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Advice {
            $(#[doc = $doc] #[serde(rename = $name)] $word,)*
        }

        impl Advice {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// Returns its name on the wire and in the catalogues.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $name,)* }
            }
        }
    };
}

advice! {
    AllowCamera "allow_camera" "Allow the camera in the system's settings.";
    AllowFiles "allow_files" "Allow the files in the system's settings.";
    FreeCamera "free_camera" "Close the program that has the camera.";
    UncoverCamera "uncover_camera" "Open the shutter, take off what lies on the lens.";
    OpenInBrowser "open_in_browser" "Leave another program's view of the web.";
    ShowPage "show_page" "Bring the page to the front.";
    GoOnline "go_online" "Connect to a network.";
    SetClock "set_clock" "Put the clock right.";
    EvenLight "even_light" "Light from the front, nothing bright behind.";
    TakeOffSunglasses "take_off_sunglasses" "Take dark glasses off.";
    TakeOffMask "take_off_mask" "Take the mask off.";
    TakeOffHat "take_off_hat" "Take the hat off.";
    BareFace "bare_face" "Nothing before the face.";
    WipeLens "wipe_lens" "Wipe the lens.";
    LargerPicture "larger_picture" "Use a camera with more pixels.";
    HoldUpright "hold_upright" "Hold the device at the height of the eyes.";
    RefreshTemplate "refresh_template" "Enrol the face anew after a stronger check.";
    FasterNetwork "faster_network" "The network is slow.";
    DeviceUnlock "device_unlock" "Set the device's own lock up anew.";
    AutomaticTime "automatic_time" "Let the device set its clock.";
    NextCode "next_code" "Take the right entry and the next code.";
    RecoveryCode "recovery_code" "Use a recovery code.";
    LookInSpam "look_in_spam" "Look among the unwanted mails.";
    CheckSignal "check_signal" "Look for a signal.";
    UnblockSenders "unblock_senders" "Look among blocked messages.";
    CheckAddress "check_address" "Is it the address or number of the account?";
    NewestCode "newest_code" "Only the newest code holds.";
    OtherWay "other_way" "Sign in another way.";
    Update "update" "Bring program and system up to date.";
    ClearCache "clear_cache" "Clear the cache, not the data.";
    Restart "restart" "Close the program, restart the device.";
    OtherNetwork "other_network" "Try another network.";
    OtherDevice "other_device" "Go on with another device.";
    Reinstall "reinstall" "Install anew from the official place.";
    WriteToSupport "write_to_support" "Write to support.";
}

impl Advice {
    /// Returns what a person says who has done it.
    pub const fn is_done_by(self) -> Option<Tried> {
        match self {
            Self::Update => Some(Tried::Updated),
            Self::ClearCache => Some(Tried::ClearedCache),
            Self::Restart => Some(Tried::Restarted),
            Self::OtherNetwork => Some(Tried::OtherNetwork),
            Self::OtherDevice => Some(Tried::OtherDevice),
            Self::Reinstall => Some(Tried::Reinstalled),
            Self::EvenLight => Some(Tried::BetterLight),
            Self::WipeLens => Some(Tried::WipedLens),
            Self::BareFace => Some(Tried::BareFace),
            Self::AutomaticTime => Some(Tried::AutomaticTime),
            Self::LookInSpam => Some(Tried::CheckedSpam),
            _ => None,
        }
    }
}
