//! The policy: every limit of acceptance, as a documented TOML file with defaults.

mod accounts;
mod appeals;
mod clients;
mod diagnosis;
mod duplicates;
pub mod entitlements;
mod live;
mod passkeys;
mod read;
mod review;
mod screening;
mod service;

use std::collections::{BTreeMap, BTreeSet};

use menshen_document::{Country, DocumentKind, Field};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use accounts::{AccountRules, Erasure, HoldHours, UnknownDevice, UnknownNetwork};
pub use appeals::AppealRules;
pub use clients::{Client, ClientRule, NoClient, Version, judge_client};
pub use diagnosis::DiagnosisRules;
pub use duplicates::DuplicateRules;
pub use entitlements::EntitlementRules;
pub use live::{ChallengeRules, FusedRules, LiveTries, SignEnd, SignRules};
pub use passkeys::{BackedUp, PasskeyFlags, PasskeyRules, judge_passkey};
pub use read::PolicyError;
pub use review::ReviewRules;
pub use screening::{SanctionList, ScreeningRules};
pub use service::{
    AttemptRules, FileRules, FlowRules, HourClock, OriginalRules, Part, Parts, ServiceRules,
    StatementRules, SupportRules, TimeRules, Window,
};

use crate::calendar::Calendar;
use crate::card::Calibration;
use crate::evidence::Action;
use crate::reason::ReasonCode;

/// The text of the default policy, with a comment on every limit.
pub const DEFAULT_POLICY: &str = include_str!("../policy.toml");

/// Every limit by which evidence is judged. `policy.toml` documents each key with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Free text of whoever wrote the policy.
    pub version: String,
    /// Codes that go to a person instead of their usual end.
    pub to_review: BTreeSet<ReasonCode>,
    /// Rules about documents.
    pub document: DocumentRules,
    /// How well text must be read.
    pub reading: ReadingRules,
    /// Limits of a page's quality.
    pub page: PageLimits,
    /// Limits of the portrait on the document.
    pub portrait: PortraitLimits,
    /// Rules about names.
    pub name: NameRules,
    /// Limits of a selfie.
    pub face: FaceLimits,
    /// Rules about the comparison of faces.
    #[serde(rename = "match")]
    pub matching: MatchRules,
    /// Rules about sequences of frames.
    pub liveness: LivenessRules,
    /// Levels by name: the parts that each asks for.
    pub levels: BTreeMap<String, Parts>,
    /// What the flows of re-verification ask for.
    pub flows: FlowRules,
    /// How often one may fail.
    pub attempts: AttemptRules,
    /// How long things take and last.
    pub times: TimeRules,
    /// Which photos are kept as they came. Left out of the identity where it is as usual: it judges no verification.
    #[serde(default, skip_serializing_if = "OriginalRules::is_usual")]
    pub originals: OriginalRules,
    /// What may be handed in as a file. Left out of the identity where it is as usual, for the same reason.
    #[serde(default, skip_serializing_if = "FileRules::is_usual")]
    pub files: FileRules,
    /// Oldest version of each client.
    pub clients: BTreeMap<String, ClientRule>,
    /// What an account may do. Left out of the identity where nothing is set: it judges no verification.
    #[serde(default, skip_serializing_if = "EntitlementRules::is_empty")]
    pub entitlements: EntitlementRules,
    /// Working days and hours. Left out of the identity where it is the default: it judges no verification.
    #[serde(default, skip_serializing_if = "Calendar::is_default")]
    pub calendar: Calendar,
    /// When answers to people are due. Left out of the identity where it is the default, for the same reason.
    #[serde(default, skip_serializing_if = "ServiceRules::is_default")]
    pub service: ServiceRules,
    /// How a hand-held statement must read. Left out of the identity where it is the default: it approves nothing.
    #[serde(default, skip_serializing_if = "StatementRules::is_default")]
    pub statement: StatementRules,
    /// How long support takes. Left out of the identity where nothing is changed: it judges no verification.
    #[serde(default, skip_serializing_if = "SupportRules::is_usual")]
    pub support: SupportRules,
    /// How people review. Left out of the identity where nothing is set: the machine judges without it.
    #[serde(default, skip_serializing_if = "ReviewRules::is_default")]
    pub review: ReviewRules,
    /// Rules about lists of sanctioned people. Left out of the identity where nothing is set.
    #[serde(default, skip_serializing_if = "ScreeningRules::is_unset")]
    pub screening: ScreeningRules,
    /// When an account is taken for a second one of the same person. Left out of the identity where all is as usual.
    #[serde(default, skip_serializing_if = "DuplicateRules::is_usual")]
    pub duplicates: DuplicateRules,
    /// Rules about appeals. Left out of the identity where they are the default: they judge no verification.
    #[serde(default, skip_serializing_if = "AppealRules::is_default")]
    pub appeals: AppealRules,
    /// Rules about accounts. Left out of the identity where they are the default, for the same reason.
    #[serde(default, skip_serializing_if = "AccountRules::is_default")]
    pub accounts: AccountRules,
    /// When a program's surroundings are told as a fault. Left out of the identity where all is as usual: nobody is judged by it.
    #[serde(default, skip_serializing_if = "DiagnosisRules::is_usual")]
    pub diagnosis: DiagnosisRules,
}

/// Rules about documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRules {
    /// Days before expiry from which a document is refused; 0 for never.
    pub near_expiry_days: u16,
    /// Kinds accepted by issuing state, `*` for every other.
    pub accepted: BTreeMap<String, Vec<DocumentKind>>,
    /// Lowest age by issuing state, `*` for every other.
    pub minimum_age: BTreeMap<String, u8>,
    /// Highest age in years that is believed.
    pub maximum_age: u8,
    /// Must both sides of a two-sided document be handed in?
    pub both_sides: bool,
    /// Structural confidence from which a page is what it looks like.
    pub kind_confidence: f32,
    /// Structural confidence from which another kind is a sure mismatch.
    pub kind_certain: f32,
    /// Fields that must be read, by kind and side.
    pub mandatory: BTreeMap<DocumentKind, MandatoryFields>,
}

/// Fields that must be read on a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MandatoryFields {
    /// On its front.
    #[serde(default)]
    pub front: Vec<Field>,
    /// On its back.
    #[serde(default)]
    pub back: Vec<Field>,
}

/// How well text must be read; confidences are 0..=1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct ReadingRules {
    pub field_confidence: f32,
    pub mismatch_confidence: f32,
    pub mismatch_confidence_under_fault: f32,
}

/// Limits of a page's quality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct PageLimits {
    pub blur_max: f32,
    pub field_blur_max: f32,
    pub glare_max: f32,
    pub field_glare_max: f32,
    pub brightness_min: f32,
    pub brightness_max: f32,
    pub bright_contrast_max: f32,
    pub contrast_min: f32,
    pub shadow_max: f32,
    pub covered_max: f32,
    pub chroma_min: f32,
    pub coloured_kinds: BTreeSet<DocumentKind>,
    pub moire_max: f32,
    pub text_height_min: f32,
    pub mrz_height_min: f32,
    pub page_width_min: f32,
    pub inconsistency_max: f32,
}

/// How sharp, light, large and complete a document's photo must be: what a person is told in full, and a page may judge by
/// itself. Each is the key of the same name in [`PageLimits`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct QualityLimits {
    pub blur_max: f32,
    pub field_blur_max: f32,
    pub glare_max: f32,
    pub field_glare_max: f32,
    pub brightness_min: f32,
    pub brightness_max: f32,
    pub bright_contrast_max: f32,
    pub contrast_min: f32,
    pub shadow_max: f32,
    pub covered_max: f32,
    pub text_height_min: f32,
    pub mrz_height_min: f32,
    pub page_width_min: f32,
}

impl PageLimits {
    /// Returns the limits of quality, without those that tell a copy, a screen or an edited file.
    pub const fn quality(&self) -> QualityLimits {
        QualityLimits {
            blur_max: self.blur_max,
            field_blur_max: self.field_blur_max,
            glare_max: self.glare_max,
            field_glare_max: self.field_glare_max,
            brightness_min: self.brightness_min,
            brightness_max: self.brightness_max,
            bright_contrast_max: self.bright_contrast_max,
            contrast_min: self.contrast_min,
            shadow_max: self.shadow_max,
            covered_max: self.covered_max,
            text_height_min: self.text_height_min,
            mrz_height_min: self.mrz_height_min,
            page_width_min: self.page_width_min,
        }
    }
}

/// Limits of the portrait on the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct PortraitLimits {
    pub face_width_review: f32,
    pub eye_distance_min: f32,
    pub sharpness_min: f32,
}

/// Rules about names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRules {
    /// Relations to a printed name that count as the same name.
    pub accepted_print: BTreeSet<AcceptedRelation>,
    /// Relations to the name in a machine-readable zone that count as the same name.
    pub accepted_zone: BTreeSet<AcceptedRelation>,
}

/// A relation between two names that a policy may accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptedRelation {
    /// The same characters; capitals, spaces and hyphens do not matter.
    Equal,
    /// Variant forms of Han characters, accents.
    Variant,
    /// The same parts in another order.
    Order,
    /// The same name as zones spell letters that they lack, or Cyrillic and Greek in Latin letters.
    Transliteration,
    /// Han characters in Latin letters: pinyin, Wade-Giles, Cantonese.
    Romanisation,
    /// Cut where a zone ends.
    Truncated,
}

/// Limits of a selfie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct FaceLimits {
    pub yaw_max: f32,
    pub pitch_max: f32,
    pub roll_max: f32,
    pub eye_distance_min: f32,
    pub face_height_min: f32,
    pub face_height_max: f32,
    pub off_centre_max: f32,
    pub inside_min: f32,
    pub eyes_open_min: f32,
    pub sharpness_min: f32,
    pub brightness_min: f32,
    pub brightness_max: f32,
    pub dark_max: f32,
    pub bright_max: f32,
    pub backlight_max: f32,
    pub half_lit_max: f32,
    pub eyes_covered_max: f32,
    pub mouth_covered_max: f32,
    pub forehead_covered_max: f32,
    pub glasses_hint: f32,
    pub background_hint: f32,
    pub contrast_hint: f32,
}

/// A point of an embedder's calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OperatingPoint {
    /// One false match in a hundred impostor pairs.
    #[serde(rename = "fmr_1e2")]
    Fmr1e2,
    /// One in a thousand.
    #[serde(rename = "fmr_1e3")]
    Fmr1e3,
    /// One in ten thousand.
    #[serde(rename = "fmr_1e4")]
    Fmr1e4,
}

impl OperatingPoint {
    /// Returns the calibrated score.
    pub const fn of(self, calibration: &Calibration) -> f32 {
        match self {
            Self::Fmr1e2 => calibration.fmr_1e2,
            Self::Fmr1e3 => calibration.fmr_1e3,
            Self::Fmr1e4 => calibration.fmr_1e4,
        }
    }
}

/// Rules about the comparison of faces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRules {
    /// Accept at or above this point's score.
    pub accept: OperatingPoint,
    /// Send to a person at or above this point's score.
    pub review: OperatingPoint,
    /// May an embedder marked "evaluation" approve alone?
    pub allow_evaluation_embedder: bool,
}

/// Rules about sequences of frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    missing_docs,
    reason = "policy.toml documents every key with unit and source"
)]
pub struct LivenessRules {
    pub required: bool,
    pub actions: Vec<Action>,
    pub frames_min: u32,
    pub one_face_min: f32,
    pub several_faces_max: u32,
    pub unreadable_max: f32,
    pub continuity: OperatingPoint,
    pub frozen_max: f32,
    pub repeated_max: f32,
    pub spoof_max: f32,
    pub spoof_required: bool,
    pub challenge: ChallengeRules,
    pub tries: LiveTries,
    pub signs: SignRules,
}

impl Default for Policy {
    /// Returns the policy of `policy.toml`.
    fn default() -> Self {
        read::parse("").expect("the embedded policy is valid: a test reads it")
    }
}

impl Policy {
    /// Reads a policy file, which may carry only the keys that differ from the defaults.
    ///
    /// # Errors
    /// [`PolicyError`] names the key that is unknown, of another type or out of range.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        read::parse(text)
    }

    /// Returns the whole policy as a file: what is kept, so that a decision can be replayed by a later version
    /// with other defaults.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a policy holds nothing that TOML lacks: a test writes it")
    }

    /// Returns the version with 16 hexadecimal digits of the SHA-256 of the whole policy, so that two
    /// policies that judge differently never share an identity.
    pub fn identity(&self) -> String {
        let bytes = serde_json::to_vec(self).expect("a policy holds nothing that JSON lacks");
        let digest = Sha256::digest(bytes);
        let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        format!("{}+{hex}", self.version)
    }

    /// Returns the kinds accepted from an issuing state.
    pub fn accepted_kinds(&self, country: &str) -> &[DocumentKind] {
        by_country(&self.document.accepted, country).map_or(&[], Vec::as_slice)
    }

    /// Returns the lowest age for an issuing state, in full years.
    pub fn minimum_age(&self, country: &str) -> u8 {
        // A table without `*` must not open the door to children.
        by_country(&self.document.minimum_age, country)
            .copied()
            .unwrap_or(u8::MAX)
    }
}

fn by_country<'a, T>(table: &'a BTreeMap<String, T>, country: &str) -> Option<&'a T> {
    let known = Country::parse(country).ok();
    let named = known.and_then(|country| {
        let own = |(key, _): &(&String, &T)| {
            Country::parse(key).is_ok_and(|key| key.code() == country.code())
        };
        table.iter().find(own).map(|(_, value)| value)
    });
    named.or_else(|| table.get("*"))
}
