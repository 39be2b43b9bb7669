//! The evidence of one decision as one signed file: what was measured, by which policy and engine it was
//! judged, and the verdict. Whoever has the file and the public key can judge again.

use jiff::civil::Date;
use menshen_core::ids::{CaseId, DecisionId, TenantId, VerificationId};
use menshen_core::policy::{PolicyError, ReviewRules};
use menshen_core::question::Question;
use menshen_core::review::{self, Matter, Queue, Standing, Vote};
use menshen_core::time::Millis;
use menshen_core::{Claims, Decision, Evidence, ModelCards, Outcome, Policy, ReasonCode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::envelope::{self, EnvelopeError};
use crate::hash::Hash;
use crate::key::{Signer, Verifier};

/// Name and version of the form.
const FORMAT: &str = "menshen-evidence/1";
/// The payload's type in the envelope.
const PAYLOAD_TYPE: &str = "application/vnd.menshen.evidence.v1+json";
/// The version of the engine that judges in this build.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// One file that was handed in, known by its hash: the photo itself need not be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    /// What it was handed in as: `front`, `back`, `selfie`, `frame`.
    pub part: String,
    /// SHA-256 of its bytes as they came.
    pub sha256: Hash,
    /// Their number.
    pub bytes: u64,
}

impl InputFile {
    /// Returns what is kept of a file.
    pub fn of(part: &str, bytes: &[u8]) -> Self {
        Self {
            part: part.to_owned(),
            sha256: Hash::of(bytes),
            bytes: bytes.len() as u64,
        }
    }
}

/// A decision with everything that led to it. Personal as a whole: it has no `Debug`, and the store seals it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Its id.
    pub decision_id: DecisionId,
    /// The verification that it ends.
    pub verification_id: VerificationId,
    /// The tenant that asked.
    pub tenant_id: TenantId,
    /// When it was made.
    pub made_at: Millis,
    /// The civil day that it was judged by.
    pub today: Date,
    /// The files handed in.
    pub inputs: Vec<InputFile>,
    /// What was asked: parts, flow, and by what it was judged.
    pub question: Question,
    /// What the person typed.
    pub claims: Claims,
    /// What was measured.
    pub evidence: Evidence,
    /// The cards of the models that measured.
    pub cards: ModelCards,
    /// The machine's verdict.
    pub decision: Decision,
    /// What people made of it, in a file about their decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human: Option<Human>,
}

/// What people said about a case, and what followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Human {
    /// The case in which they said it.
    pub case: CaseId,
    /// Why they were asked.
    pub queue: Queue,
    /// The level that an approval gives.
    pub level: String,
    /// SHA-256 of the file that they were shown: that of the machine's decision.
    pub saw: Hash,
    /// Who said what, in order.
    pub votes: Vec<Vote>,
    /// The verdict on which they agreed.
    pub verdict: review::Verdict,
}

/// What the payload holds, in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    format: String,
    /// Version of the engine that judged.
    engine: String,
    /// The whole policy: keys that a tenant's own file leaves out stand here, too, so that a default which
    /// changes later changes no past decision.
    policy: String,
    case: CaseFile,
}

/// Outcome and codes of a verdict: all that an error may tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What became of the verification.
    pub outcome: Outcome,
    /// The reasons' codes, in their order.
    pub codes: Vec<ReasonCode>,
}

/// How two verdicts differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What the file says.
    pub recorded: Verdict,
    /// What follows from it.
    pub recomputed: Verdict,
    /// The code of the first reason that is not the same in everything; `None` where only the outcome differs.
    pub reason: Option<ReasonCode>,
    /// Version of the engine that judged then; this one is [`ENGINE`].
    pub engine: String,
}

/// Why a file of evidence was refused. Names codes and versions, and nothing of a person.
#[derive(Debug, Error)]
pub enum EvidenceError {
    /// Not the form of an evidence file.
    #[error("the file is no evidence in the form {FORMAT}")]
    Malformed,
    /// In the name of a trusted key, but not signed by it.
    #[error("the evidence's signature does not fit its content")]
    BadSignature,
    /// Signed by no key that is trusted.
    #[error("the evidence is signed by no key that is known here")]
    UnknownKey,
    /// The policy in the file is none that this engine reads.
    #[error("read the evidence's policy")]
    Policy(#[source] PolicyError),
    /// The decision names another policy than the one in the file.
    #[error("the decision names the policy {named}, the evidence holds {held}")]
    PolicyDiffers {
        /// The identity that the decision names.
        named: String,
        /// The identity of the policy in the file.
        held: String,
    },
    /// Another verdict follows from the evidence than the one in the file.
    #[error("the evidence leads to another verdict than the one that it records")]
    VerdictDiffers(Box<Difference>),
    /// The people's verdict does not follow from what they said, by the policy's rules of review.
    #[error("the votes do not lead to the verdict that the evidence records")]
    VotesDiffer,
    /// A measure is not a number, or a date has no text: what is written would not be read back.
    #[error("the evidence holds a value that cannot be written and read back")]
    NotWritable,
}

impl EvidenceError {
    /// Returns the stable word for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::BadSignature => "bad_signature",
            Self::UnknownKey => "unknown_key",
            Self::Policy(_) => "policy_unreadable",
            Self::PolicyDiffers { .. } => "policy_differs",
            Self::VerdictDiffers(_) => "verdict_differs",
            Self::VotesDiffer => "votes_differ",
            Self::NotWritable => "not_writable",
        }
    }
}

impl From<EnvelopeError> for EvidenceError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Malformed => Self::Malformed,
            EnvelopeError::BadSignature => Self::BadSignature,
            EnvelopeError::UnknownKey => Self::UnknownKey,
        }
    }
}

/// A file of evidence that holds.
#[derive(Clone, PartialEq)]
pub struct VerifiedEvidence {
    /// The decision with everything that led to it.
    pub case: CaseFile,
    /// The policy that it was judged by.
    pub policy: Policy,
    /// Version of the engine that judged then.
    pub engine: String,
    /// Id of the key that signed.
    pub key_id: String,
}

/// Returns the signed file of a decision, after judging again from what the file says: a file that would not
/// be found valid later is not written.
///
/// # Errors
/// [`EvidenceError`] where the decision does not follow from the case and policy, or cannot be written.
pub fn write(case: &CaseFile, policy: &Policy, signer: &Signer) -> Result<Vec<u8>, EvidenceError> {
    let payload = serde_json::to_vec(&Payload {
        format: FORMAT.to_owned(),
        engine: ENGINE.to_owned(),
        policy: whole(policy, case.human.is_some()).ok_or(EvidenceError::NotWritable)?,
        case: case.clone(),
    });
    let payload = payload.map_err(|_| EvidenceError::NotWritable)?;
    check(&payload).map_err(|error| match error {
        EvidenceError::Malformed => EvidenceError::NotWritable,
        other => other,
    })?;
    Ok(envelope::seal(&payload, PAYLOAD_TYPE, signer))
}

/// Returns the policy as a file's payload holds it: for people with their rules, also where those are the default.
fn whole(policy: &Policy, reviewed: bool) -> Option<String> {
    #[derive(Serialize)]
    struct Rules<'a> {
        review: &'a ReviewRules,
    }
    let text = toml::to_string(policy).ok()?;
    if !reviewed || !policy.review.is_default() {
        return Some(text);
    }
    let review = &policy.review;
    let rules = toml::to_string(&Rules { review }).ok()?;
    Some(format!("{text}\n{rules}"))
}

/// Returns what a file says, after checking its signature and judging again from policy, claims, evidence,
/// cards and day: outcome and reasons are the same in everything. In a file about people's decision their votes must
/// lead to their verdict, by the policy's rules of review.
///
/// A policy of another engine's version may have keys that this engine lacks or adds; its identity is then not
/// compared, the verdict is.
///
/// # Errors
/// [`EvidenceError`].
pub fn verify(bytes: &[u8], verifier: &Verifier) -> Result<VerifiedEvidence, EvidenceError> {
    let (payload, key_id) = envelope::open(bytes, PAYLOAD_TYPE, verifier)?;
    let (Payload { case, engine, .. }, policy) = check(&payload)?;
    Ok(VerifiedEvidence {
        case,
        policy,
        engine,
        key_id,
    })
}

/// Judges a payload again.
fn check(payload: &[u8]) -> Result<(Payload, Policy), EvidenceError> {
    let read: Payload = serde_json::from_slice(payload).map_err(|_| EvidenceError::Malformed)?;
    if read.format != FORMAT {
        return Err(EvidenceError::Malformed);
    }
    let policy = Policy::from_toml(&read.policy).map_err(EvidenceError::Policy)?;
    let (named, held) = (&read.case.decision.policy_version, policy.identity());
    if read.engine == ENGINE && *named != held {
        let named = named.clone();
        return Err(EvidenceError::PolicyDiffers { named, held });
    }
    let decision = judge(&policy, &read.case);
    match difference(&read.case.decision, &decision, &read.engine) {
        Some(difference) => Err(EvidenceError::VerdictDiffers(Box::new(difference))),
        None if !agreed(&policy, &read.case) => Err(EvidenceError::VotesDiffer),
        None => Ok((read, policy)),
    }
}

/// Does the people's verdict follow from their votes, and were they asked at all? True for the machine's own file.
fn agreed(policy: &Policy, case: &CaseFile) -> bool {
    let Some(human) = &case.human else {
        return true;
    };
    let codes = case.decision.reasons.iter();
    let matter = Matter {
        queue: human.queue,
        level: human.level.clone(),
        codes: codes
            .map(|reason| reason.code.as_str().to_owned())
            .collect(),
    };
    let asked = human.queue != Queue::Review || case.decision.outcome == Outcome::Review;
    let standing = review::standing(&matter, &policy.review, &human.votes);
    asked && standing == Some(Standing::Ended(&human.verdict))
}

fn judge(policy: &Policy, case: &CaseFile) -> Decision {
    let (claims, evidence, cards) = (&case.claims, &case.evidence, &case.cards);
    case.question
        .decide(policy, claims, evidence, cards, case.today)
}

/// Reasons are compared as they are written: a text that looks like a day is read back as a day.
fn difference(recorded: &Decision, recomputed: &Decision, engine: &str) -> Option<Difference> {
    let written = |decision: &Decision| {
        let reasons = decision.reasons.iter();
        let text =
            |reason| serde_json::to_string(reason).expect("a reason holds nothing that JSON lacks");
        reasons
            .map(|reason| (text(reason), reason.code))
            .collect::<Vec<_>>()
    };
    let (then, now) = (written(recorded), written(recomputed));
    if recorded.outcome == recomputed.outcome && then == now {
        return None;
    }
    let same = then
        .iter()
        .zip(&now)
        .take_while(|(then, now)| then == now)
        .count();
    Some(Difference {
        reason: then.get(same).or(now.get(same)).map(|(_, code)| *code),
        recorded: verdict(recorded),
        recomputed: verdict(recomputed),
        engine: engine.to_owned(),
    })
}

fn verdict(decision: &Decision) -> Verdict {
    Verdict {
        outcome: decision.outcome,
        codes: decision.reasons.iter().map(|reason| reason.code).collect(),
    }
}
