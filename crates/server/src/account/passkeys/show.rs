//! Showing a passkey: to sign in, with a login or without, and to confirm something in a session.

use menshen_core::account::Factor;
use menshen_core::ids::{ApplicantId, CeremonyId, TenantId};
use menshen_core::passkey::{self, Fault};
use menshen_core::policy::{PasskeyFlags, judge_passkey};
use menshen_core::time::Millis;
use menshen_passkey::{Allowed, Asserting, Assertion, Refused, Shown, Verification, decoys};
use menshen_store::{
    ApplicantRow, CeremonyPurpose, CeremonyTaken, DigestKind, OpenedPasskey, TenantRow, Tx,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ceremony::{self, Asked};
use super::{handle, party, read, secret_bytes};
use crate::account::caller;
use crate::app::App;
use crate::problem::ApiError;
use crate::record::{self, Act};

/// Who is asked for a passkey.
#[derive(Clone, Copy, Debug)]
pub enum Whom<'a> {
    /// Whoever is there: the device finds its passkeys, and the passkey says whose it is.
    Anybody,
    /// Whoever signs in as this, in the one form in which logins are compared, and whose account that is, if it is anybody's.
    Login(&'a str, Option<ApplicantId>),
    /// Somebody who has signed in, to confirm the one thing of this id.
    Owner(ApplicantId, Uuid),
}

/// What is remembered of whom was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Of {
    Anybody,
    /// The applicant of the ceremony.
    Login,
    /// The applicant of the ceremony, to confirm this.
    Owner(Uuid),
    /// Nobody signs in so: whatever comes back is refused, however right it is. Else a passkey of somebody else would tell that
    /// a login is not known.
    Nobody,
}

/// What is remembered of a question.
#[derive(Serialize, Deserialize)]
struct Remembered {
    of: Of,
    state: Asserting,
}

/// Asks for a passkey. For a login that is not known, and one without a passkey, the question looks as any other: it names
/// credentials that do not exist, the same ones each time.
///
/// # Errors
/// [`Fault::Unavailable`]; [`ApiError::NotFound`] where somebody is to confirm with a passkey and has none; the store's.
pub async fn begin_authentication(
    app: &App,
    tenant: &TenantRow,
    whom: Whom<'_>,
) -> Result<Asked, ApiError> {
    let party = party(app, tenant)?;
    let (of, applicant, allowed) = match whom {
        Whom::Anybody => (Of::Anybody, None, vec![]),
        Whom::Login(login, applicant) => named(app, tenant, login, applicant).await?,
        Whom::Owner(applicant, what) => {
            let own = own(app, tenant, applicant).await?;
            if own.is_empty() {
                return Err(ApiError::NotFound("passkey"));
            }
            (Of::Owner(what), Some(applicant), own)
        }
    };
    let verification = match of {
        // The only thing that is shown.
        Of::Anybody => Verification::Required,
        Of::Login | Of::Owner(_) | Of::Nobody => Verification::Preferred,
    };
    let asked = party.ask(&allowed, verification);
    let (options, state) = asked.map_err(ApiError::machine)?;
    let remembered = Remembered { of, state };
    let (whom, purpose) = ((tenant.id, applicant), CeremonyPurpose::Authenticate);
    ceremony::keep(app, whom, purpose, &remembered, options).await
}

/// Returns the passkeys of a login, or such as it might have.
async fn named(
    app: &App,
    tenant: &TenantRow,
    login: &str,
    applicant: Option<ApplicantId>,
) -> Result<(Of, Option<ApplicantId>, Vec<Allowed>), ApiError> {
    // Made for everybody, that it takes as long.
    let seed = secret_bytes(app, tenant.id, DigestKind::PasskeyDecoy, login.as_bytes());
    let decoys = decoys(&seed);
    let own = match applicant {
        Some(applicant) => own(app, tenant, applicant).await?,
        None => vec![],
    };
    Ok(match own.is_empty() {
        true => (Of::Nobody, None, decoys),
        false => (Of::Login, applicant, own),
    })
}

async fn own(
    app: &App,
    tenant: &TenantRow,
    applicant: ApplicantId,
) -> Result<Vec<Allowed>, ApiError> {
    let kept = app
        .store
        .open_passkeys(tenant.id, applicant, None, passkey::MOST);
    let allowed = kept.await?.into_iter().map(|one| {
        Ok(Allowed {
            id: read(&one)?.id().to_vec(),
            transports: one.row.transports,
        })
    });
    allowed.collect()
}

/// Who answers.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// A browser in which nobody has signed in.
    Visitor,
    /// A person who has signed in, to confirm the one thing of this id.
    Owner(TenantId, ApplicantId, Uuid),
}

/// A passkey that was shown, and what that is worth.
pub struct PasskeyShown {
    /// Whose tenant.
    pub tenant: TenantRow,
    /// Whose it is.
    pub applicant: ApplicantRow,
    /// What it is worth by the policy: [`Factor::Passkey`], which is two, or [`Factor::PasskeyHeld`].
    pub factor: Factor,
}

/// Takes the answer to a question. Returns what was shown with the transaction in which it is written down, which the caller
/// commits with what follows from it.
///
/// # Errors
/// [`Fault::Refused`] for whatever is not right, [`Fault::BackedUp`] where the policy wants no such passkey; the store's. What was
/// refused, and why, is in the audit log.
pub async fn finish_authentication(
    app: &App,
    by: By,
    ceremony: CeremonyId,
    answer: &Assertion,
) -> Result<(PasskeyShown, Tx), ApiError> {
    let purpose = CeremonyPurpose::Authenticate;
    let taken = match by {
        By::Visitor => ceremony::take(app, ceremony, purpose).await?,
        By::Owner(tenant, id, _) => ceremony::take_of(app, (tenant, id), ceremony, purpose).await?,
    };
    let taken = taken.ok_or(Fault::Refused)?;
    let tenant = app.store.find_tenant(taken.tenant).await?;
    let tenant = tenant.ok_or(ApiError::NotFound("tenant"))?;
    let mut tx = app.store.begin().await?;
    let id = answer.credential_id();
    let known = tx.find_passkey_by_credential(tenant.id, id).await?;
    let looked = look(app, by, (&tenant, &taken), known.as_ref(), answer)?;
    let (kept, shown) = match looked {
        Ok(shown) => shown,
        Err(why) => return refuse(tx, &tenant, known.as_ref(), why, app.now()).await,
    };
    let applicant = tx.find_applicant(tenant.id, kept.row.applicant_id).await?;
    let applicant = applicant.ok_or(ApiError::NotFound("applicant"))?;
    let flags = PasskeyFlags {
        user_verified: shown.user_verified,
        backup_eligible: kept.row.backup_eligible,
    };
    let factor = match judge_passkey(&app.policy(&tenant)?.accounts.passkeys, flags) {
        Ok(factor) => factor,
        Err(_) => return refuse(tx, &tenant, known.as_ref(), Why::Policy, app.now()).await,
    };
    write_down(&mut tx, kept, &shown, factor, app.now()).await?;
    let shown = PasskeyShown {
        factor,
        tenant,
        applicant,
    };
    Ok((shown, tx))
}

/// Why an answer proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// Nobody has such a passkey.
    Unknown,
    /// Its owner has removed it.
    Revoked,
    /// It is somebody else's, or nobody was asked.
    Another,
    /// The authenticator says that it is somebody else's, or does not say whose it is where nobody else does.
    Handle,
    /// It is not what was asked for.
    Refused(Refused),
    /// The policy wants no such passkey.
    Policy,
}

impl Why {
    const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Revoked => "revoked",
            Self::Another => "another",
            Self::Handle => "handle",
            Self::Refused(why) => why.word(),
            Self::Policy => "backed_up",
        }
    }
}

/// Looks at an answer: is it of whom was asked, and is it right?
fn look<'a>(
    app: &App,
    by: By,
    (tenant, taken): (&TenantRow, &CeremonyTaken),
    known: Option<&'a OpenedPasskey>,
    answer: &Assertion,
) -> Result<Result<(&'a OpenedPasskey, Shown), Why>, ApiError> {
    let Remembered { of, state } =
        serde_json::from_slice(&taken.state).map_err(ApiError::machine)?;
    let Some(kept) = known else {
        return Ok(Err(Why::Unknown));
    };
    let whose = kept.row.applicant_id;
    let asked = match (by, of) {
        (By::Visitor, Of::Anybody) => true,
        (By::Visitor, Of::Login) => taken.applicant == Some(whose),
        (By::Owner(_, owner, what), Of::Owner(asked)) => owner == whose && what == asked,
        (By::Visitor, Of::Owner(_) | Of::Nobody) | (By::Owner(..), _) => false,
    };
    if !asked {
        return Ok(Err(Why::Another));
    }
    if kept.row.revoked_at.is_some() {
        return Ok(Err(Why::Revoked));
    }
    let own = handle(app, tenant.id, whose);
    let named = answer.handle().map(|told| told == own);
    if named != Some(true) && (named.is_some() || of == Of::Anybody) {
        return Ok(Err(Why::Handle));
    }
    let shown = party(app, tenant)?.shown(&state, &read(kept)?, answer);
    Ok(shown.map(|shown| (kept, shown)).map_err(Why::Refused))
}

/// Keeps what the passkey counts now. Of two answers at once the second finds that the row has changed.
async fn write_down(
    tx: &mut Tx,
    kept: &OpenedPasskey,
    shown: &Shown,
    factor: Factor,
    now: Millis,
) -> Result<(), ApiError> {
    let (row, passkey) = (&kept.row, &shown.passkey);
    let credential = serde_json::to_vec(passkey).map_err(ApiError::machine)?;
    tx.use_passkey(row, &credential, passkey.backed_up(), now)
        .await?;
    let whose = caller(row.tenant_id, row.applicant_id);
    let word = |holds| if holds { "yes" } else { "no" };
    let act = Act::new(&whose, "passkey.used", "passkey", row.id.0)
        .with("worth", factor.name())
        .with("user_verified", word(shown.user_verified))
        .with("backed_up", word(passkey.backed_up()));
    record::audit(tx, act, now).await
}

/// Writes down that a passkey was refused, and refuses. A counter that went back may mean that somebody has a copy: the log says
/// `counter`.
async fn refuse<T>(
    mut tx: Tx,
    tenant: &TenantRow,
    known: Option<&OpenedPasskey>,
    why: Why,
    now: Millis,
) -> Result<T, ApiError> {
    let id = known.map_or(Uuid::nil(), |kept| kept.row.id.0);
    let act = Act::system(Some(tenant.id), "passkey.refused", "passkey", id);
    record::audit(&mut tx, act.with("why", why.word()), now).await?;
    tx.commit().await?;
    Err(match why {
        Why::Policy => Fault::BackedUp,
        _ => Fault::Refused,
    }
    .into())
}
