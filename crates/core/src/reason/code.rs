//! The catalogue of reason codes. Append-only: a code that was ever sent keeps its name and meaning.

use serde::{Deserialize, Serialize};

use super::{Class, Disclosure, End, Step, Turn};

/// What is fixed for a code. A reason copies it and may only change `end` and `step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What the code is about.
    pub class: Class,
    /// What happens next by default.
    pub end: End,
    /// Does it count as an attempt?
    pub counts: bool,
    /// How much the person is told.
    pub disclosure: Disclosure,
    /// Where the person puts it right by default.
    pub step: Step,
    /// When it is this reason's turn.
    pub turn: Turn,
}

/// Keeps the enum, the list of all codes, their wire names and their specification in one row each.
macro_rules! codes {
    ($($code:ident $name:literal $class:ident $end:ident $counts:ident $disclosure:ident $step:ident $turn:ident $doc:literal;)*) => {
        /// Why a verification is not simply approved.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ReasonCode {
            $(#[doc = $doc] #[serde(rename = $name)] $code,)*
        }

        impl ReasonCode {
            /// Every code, in the order in which they were added.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// Returns the name on the wire and in the text catalogues.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// Returns the code of a name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// Returns what is fixed for this code.
            pub const fn spec(self) -> Spec {
                match self {
                    $(Self::$code => Spec {
                        class: Class::$class,
                        end: End::$end,
                        counts: counts::$counts,
                        disclosure: Disclosure::$disclosure,
                        step: Step::$step,
                        turn: Turn::$turn,
                    },)*
                }
            }
        }
    };
}

/// The two words of the `counts` column.
mod counts {
    /// Counts as an attempt.
    pub const COUNTED: bool = true;
    /// Does not.
    pub const FREE: bool = false;
}

// Code, name, class, end, counts as an attempt, disclosure, step, turn, meaning. Quality and
// technical codes never count. New rows go to the end of the table.
codes! {
    DocBlurred "doc_blurred" Quality Again FREE Full DocumentFront DocumentPhoto "The document's text is out of focus.";
    DocGlare "doc_glare" Quality Again FREE Full DocumentFront DocumentPhoto "A reflection covers part of the document.";
    DocTooDark "doc_too_dark" Quality Again FREE Full DocumentFront DocumentPhoto "The document is under-exposed.";
    DocShadow "doc_shadow" Quality Again FREE Full DocumentFront DocumentPhoto "A shadow lies over the document.";
    DocCornersMissing "doc_corners_missing" Quality Again FREE Full DocumentFront DocumentPhoto "Not all four corners are in the picture.";
    DocCovered "doc_covered" Quality Again FREE Full DocumentFront DocumentPhoto "A finger or object hides part of the document.";
    DocLowResolution "doc_low_resolution" Quality Again FREE Full DocumentFront DocumentPhoto "The document or its text has too few pixels.";
    DocNotFound "doc_not_found" Quality Again FREE Full DocumentFront DocumentPhoto "No document was found in the picture.";
    DocCopyOrScreen "doc_copy_or_screen" Document Fix COUNTED Soft DocumentFront DocumentPhoto "The picture shows a copy, a print or a screen.";
    DocEdited "doc_edited" Risk Review COUNTED None DocumentFront Review "The file carries traces of editing.";
    DocDamaged "doc_damaged" Document Review COUNTED Full DocumentFront Review "The document is too worn to read.";
    DocSideMissing "doc_side_missing" Document Again FREE Full DocumentFront DocumentPhoto "A side of the document was not handed in.";
    DocSameSideTwice "doc_same_side_twice" Document Again FREE Full DocumentBack DocumentPhoto "Both pictures show the same side.";
    DocSidesDiffer "doc_sides_differ" Mismatch Fix COUNTED Soft DocumentBack DocumentPhoto "Front and back carry different data.";
    DocTypeMismatch "doc_type_mismatch" Mismatch Fix FREE Full DocumentFront Choice "The document is of another kind or country than the one chosen.";
    DocTypeUnsupported "doc_type_unsupported" Policy Fix FREE Full Form Choice "The policy does not accept this kind of document from this country.";
    DocExpired "doc_expired" Document Fix FREE Full DocumentFront Choice "The document has expired.";
    DocExpiringSoon "doc_expiring_soon" Document Fix FREE Full DocumentFront Choice "The document expires within the policy's window.";
    DocNumberChecksum "doc_number_checksum" Document Fix FREE Full Form Form "The typed number fails its own check digit or form.";
    DocMrzInvalid "doc_mrz_invalid" Document Again COUNTED Soft DocumentFront DocumentPhoto "The machine-readable zone is missing or its check digits disagree.";
    DocFieldUnreadable "doc_field_unreadable" Document Again FREE Full DocumentFront DocumentPhoto "A field that is needed could not be read with confidence.";
    NameMismatch "name_mismatch" Mismatch Fix COUNTED Full Form Form "The typed name is not the document's.";
    DobMismatch "dob_mismatch" Mismatch Fix COUNTED Full Form Form "The typed date of birth is not the document's.";
    NumberMismatch "number_mismatch" Mismatch Fix COUNTED Full Form Form "The typed number is not the document's.";
    NationalityMismatch "nationality_mismatch" Mismatch Fix COUNTED Full Form Form "The typed nationality or country of birth is not the document's.";
    IdentityChanged "identity_changed" Mismatch Review COUNTED Soft Form Review "The typed identity is not the one first verified.";
    FaceNotFound "face_not_found" Face Again FREE Full Selfie Selfie "No face was found.";
    FaceMultiple "face_multiple" Face Again FREE Full Selfie Selfie "More than one face was found.";
    FaceLighting "face_lighting" Face Again FREE Full Selfie Selfie "The face is too dark, too bright, back-lit or lit from one side.";
    FaceCovered "face_covered" Face Again FREE Full Selfie Selfie "Eyes, mouth or forehead are covered.";
    FacePoseOrDistance "face_pose_or_distance" Face Again FREE Full Selfie Selfie "The head is turned, tilted, cut off, too near or too far.";
    ActionNotDone "action_not_done" Face Again COUNTED Full Liveness Liveness "An action that was asked for was not seen.";
    ActionTimeout "action_timeout" Face Again COUNTED Full Liveness Liveness "The time for the actions ran out.";
    LivenessNotConfirmed "liveness_not_confirmed" Face Again COUNTED None Liveness Liveness "The sequence does not show one live person throughout.";
    CaptureSourceUntrusted "capture_source_untrusted" Risk Fix COUNTED None Device Technical "The pictures come from a source that is not a camera in the person's hand.";
    FaceMismatch "face_mismatch" Face Again COUNTED Soft Selfie Selfie "The face is not like the one it is compared with.";
    PortraitUnusable "portrait_unusable" Document Again FREE Full DocumentFront DocumentPhoto "The portrait on the document was not found or is unclear.";
    CameraUnavailable "camera_unavailable" Technical Fix FREE Full Device Technical "The camera cannot be used.";
    ClientOutdated "client_outdated" Technical Fix FREE Full Device Technical "The client is older than the flow needs.";
    UploadIncomplete "upload_incomplete" Technical Again FREE Full Device Technical "A file did not arrive whole.";
    AttemptsExhausted "attempts_exhausted" Policy Wait FREE Full Account Wait "Too many attempts in a short time.";
    AppealInProgress "appeal_in_progress" Policy Wait FREE Full Account Wait "An appeal is being worked on.";
    AccountLinkedConflict "account_linked_conflict" Risk Review FREE Soft Account Review "The identity is linked to another account.";
    NotEligible "not_eligible" Policy Final FREE Soft Account Final "The rules for age, region or screening do not allow this.";
    FaceLoginNotEnrolled "face_login_not_enrolled" Policy Fix FREE Full Account Technical "Face login was never set up for this account.";
    FaceLoginLocked "face_login_locked" Policy Wait FREE Full Account Wait "Face login is locked after too many failures.";
    DeviceUnknown "device_unknown" Policy Fix FREE Full Device Technical "The device is not one that was enrolled.";
    NetworkUnknown "network_unknown" Policy Fix FREE Full Device Technical "The network is not one from which the account was used.";
    SecondFactorRequired "second_factor_required" Policy Fix FREE Full Account Technical "A second factor is needed.";
    RecoveryCooldown "recovery_cooldown" Policy Wait FREE Full Account Wait "A waiting time runs after the recovery.";
    EntitlementLimited "entitlement_limited" Policy Fix FREE Full Account Form "The level reached does not allow this action or amount.";
    StatementTextMismatch "statement_text_mismatch" Document Fix FREE Full Form Form "The signed statement does not carry the text that was asked for.";
    StatementDateOld "statement_date_old" Document Fix FREE Full Form Form "The signed statement's date is not recent.";
    ContactNotOwned "contact_not_owned" Policy Fix FREE Full Form Form "Mail address or phone were not shown to be the person's.";
    PhotoUnreadable "photo_unreadable" Technical Again FREE Full DocumentFront Technical "The file is not a picture that can be decoded.";
    DocTooBright "doc_too_bright" Quality Again FREE Full DocumentFront DocumentPhoto "The document is over-exposed.";
    DocLowContrast "doc_low_contrast" Quality Again FREE Full DocumentFront DocumentPhoto "Text hardly stands out from its background.";
    DocDataInconsistent "doc_data_inconsistent" Risk Review COUNTED None DocumentFront Review "Facts on the document contradict each other.";
    DocNotYetValid "doc_not_yet_valid" Document Fix FREE Full DocumentFront Choice "The document's validity has not begun.";
    SexMismatch "sex_mismatch" Mismatch Fix COUNTED Full Form Form "The typed sex is not the document's.";
    FormFieldInvalid "form_field_invalid" Policy Fix FREE Full Form Form "A typed value is empty or impossible.";
    PortraitSmall "portrait_small" Document Review FREE Full DocumentFront Review "The portrait has too few pixels for an automatic comparison.";
    SelfieMissing "selfie_missing" Face Again FREE Full Selfie Selfie "No picture of the person was handed in.";
    FaceBlurred "face_blurred" Quality Again FREE Full Selfie Selfie "The face is out of focus or moved.";
    FaceEyesClosed "face_eyes_closed" Face Again FREE Full Selfie Selfie "The eyes are closed.";
    FaceMatchUncertain "face_match_uncertain" Face Review FREE Soft Selfie Review "The comparison of the faces is not clear enough to decide alone.";
    FaceNotCompared "face_not_compared" Technical Review FREE Soft Selfie Review "The faces were not compared.";
    LivenessMissing "liveness_missing" Face Again FREE Full Liveness Liveness "No sequence of frames was handed in.";
    LivenessNotChecked "liveness_not_checked" Technical Review FREE Soft Liveness Review "A liveness measure that the policy asks for could not be taken.";
    FaceGlasses "face_glasses" Face Hint FREE Full Selfie Hint "The person wears glasses.";
    FaceBackground "face_background" Face Hint FREE Full Selfie Hint "The background is cluttered.";
    FaceLensHaze "face_lens_haze" Quality Hint FREE Full Selfie Hint "The picture is hazy, as from a dirty lens.";
    ReverificationLimits "reverification_limits" Policy Fix FREE Full Account Technical "The account is limited until the person is verified again.";
    ReviewRefused "review_refused" Policy Final FREE Full Account Final "People looked at the case and refused it.";
    ScreeningUnclear "screening_unclear" Risk Review FREE None Account Review "The search of lists of sanctioned people is not clear, or could not be done.";
    BlocklistHit "blocklist_hit" Risk Review FREE None Account Review "The document or face is on the operator's blocklist.";
    DuplicateNotSearched "duplicate_not_searched" Technical Review FREE None Account Review "Whether the person has another account was not searched.";
    FaceDeclined "face_declined" Policy Review FREE Full Selfie Review "The person cannot or will not show the face; a person verifies them otherwise.";
}
