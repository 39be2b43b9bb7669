//! Kinds of presentation and injection attacks that are drawn, and the real thing.

/// A kind of sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Species {
    /// A person before a camera who answers. Simulated, as everything here.
    BonaFide,
    /// A printed photo, held by hand.
    PrintHeld,
    /// A printed photo that is turned, tilted and brought closer as the cues ask.
    PrintTilted,
    /// The same, bent into a piece of a cylinder.
    PrintBent,
    /// A printed photo with holes behind which somebody blinks and opens the mouth.
    CutOut,
    /// A photo on a screen.
    ScreenStill,
    /// A recorded session, which answered another challenge, on a screen.
    ScreenReplay,
    /// A puppet on a screen that answers the cues.
    ScreenPuppet,
    /// The same, whose face is tinted by the colours that are asked for.
    ScreenPuppetLit,
    /// A puppet in place of the camera's picture that answers the cues and knows no light.
    InjectedPuppet,
    /// The same, every pixel tinted by the colours.
    InjectedTintedFrame,
    /// The same, the face alone tinted, after a guessed delay.
    InjectedTintedFace,
    /// The same, with light and one pattern of noise painted on every frame.
    PaintedNoise,
    /// Somebody else's face laid over the one of a person who is there, in the stream.
    FaceSwap,
}

impl Species {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::BonaFide,
        Self::PrintHeld,
        Self::PrintTilted,
        Self::PrintBent,
        Self::CutOut,
        Self::ScreenStill,
        Self::ScreenReplay,
        Self::ScreenPuppet,
        Self::ScreenPuppetLit,
        Self::InjectedPuppet,
        Self::InjectedTintedFrame,
        Self::InjectedTintedFace,
        Self::PaintedNoise,
        Self::FaceSwap,
    ];

    /// Returns its name in tables and arguments.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BonaFide => "bona_fide",
            Self::PrintHeld => "print_held",
            Self::PrintTilted => "print_tilted",
            Self::PrintBent => "print_bent",
            Self::CutOut => "cut_out",
            Self::ScreenStill => "screen_still",
            Self::ScreenReplay => "screen_replay",
            Self::ScreenPuppet => "screen_puppet",
            Self::ScreenPuppetLit => "screen_puppet_lit",
            Self::InjectedPuppet => "injected_puppet",
            Self::InjectedTintedFrame => "injected_tinted_frame",
            Self::InjectedTintedFace => "injected_tinted_face",
            Self::PaintedNoise => "painted_noise",
            Self::FaceSwap => "face_swap",
        }
    }

    /// Returns whether it is an attack.
    pub const fn is_attack(self) -> bool {
        !matches!(self, Self::BonaFide)
    }

    /// Returns whether it stands in place of a camera, rather than before one.
    pub const fn is_injected(self) -> bool {
        matches!(
            self,
            Self::InjectedPuppet
                | Self::InjectedTintedFrame
                | Self::InjectedTintedFace
                | Self::PaintedNoise
        )
    }

    /// Is it something flat before a camera?
    pub(super) const fn is_flat(self) -> bool {
        matches!(
            self,
            Self::PrintHeld
                | Self::PrintTilted
                | Self::PrintBent
                | Self::CutOut
                | Self::ScreenStill
                | Self::ScreenReplay
                | Self::ScreenPuppet
                | Self::ScreenPuppetLit
        )
    }
}
