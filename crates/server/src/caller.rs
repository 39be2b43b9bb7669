//! Who calls. Permission is an extractor: a handler without one is refused by the test that walks the routes.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use menshen_core::access::{Caller, Scope};
use menshen_core::ids::{AccountSessionId, AppealId, ApplicantId, TicketId, VerificationId};
use menshen_core::verification::Flow;
use menshen_store::{AppealRow, ApplicantRow, TenantRow, TicketRow, VerificationRow};

use uuid::Uuid;

use crate::account;
use crate::account::standing::{self, Known, Strange};
use crate::app::App;
use crate::appeal::Appeal;
use crate::case::from_word;
use crate::problem::ApiError;
use crate::sign_in;
use crate::sign_in::browser::PEOPLE;

/// A permission as a type.
pub trait Permission: Send + Sync {
    /// The scope that a key needs.
    const SCOPE: Scope;
    /// May people call it with their own tokens, for themselves?
    const PEOPLE: bool = false;
}

macro_rules! permissions {
    ($($name:ident $scope:ident $people:literal $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            #[derive(Debug)]
            pub enum $name {}
            impl Permission for $name {
                const SCOPE: Scope = Scope::$scope;
                const PEOPLE: bool = $people;
            }
        )*
    };
}

permissions! {
    Read VerificationsRead true "Read states and reasons.";
    Write VerificationsWrite true "Hand in and submit.";
    Manage VerificationsWrite false "Create applicants and tokens.";
    List VerificationsRead false "List what belongs to many people.";
    Personal PersonalRead false "Read what people handed in.";
    ReadOwn PersonalRead true "Read what people handed in, and people their own.";
    Privacy PrivacyWrite false "Erase and hold.";
    Policies PolicyWrite false "Read and change the policy.";
    Keys KeysWrite false "Create and revoke keys.";
    Audit AuditRead false "Read the audit log and decision evidence.";
    Webhooks WebhooksWrite false "Say where events are sent.";
    Blocklist BlocklistWrite false "Say which documents and faces a person must look at.";
    ManageStaff StaffWrite false "Say who works for the tenant.";
    AnswerTickets TicketsAnswer false "Answer tickets.";
    SeeCases CasesRead false "See the queues of cases.";
    WorkCases CasesWork false "Claim cases and decide them.";
    Screening ScreeningRead false "Read what was found in lists of sanctioned people.";
    Clear ScreeningWrite false "Clear and confirm what was found.";
    Operate Operate false "Create tenants and import lists.";
}

/// A caller who has a permission.
pub struct Allowed<P> {
    /// Who calls.
    pub caller: Caller,
    /// The tenant.
    pub tenant: TenantRow,
    /// A person's session, where they call with a cookie.
    pub session: Option<Uuid>,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequestParts<App> for Allowed<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match bearer(parts) {
            Some(secret) => Self::admit(identify(app, secret).await?),
            None => by_cookie(app, parts).await,
        }
    }
}

/// The same permission for a WebSocket, whose token a page can only name as a subprotocol, `bearer.TOKEN`. No cookie opens one:
/// a browser sends it to whatever page asks.
pub struct OnSocket<P>(pub Allowed<P>);

/// In front of a token that is named as a subprotocol.
const AS_PROTOCOL: &str = "bearer.";

impl<P: Permission> FromRequestParts<App> for OnSocket<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let named = || {
            let offered = parts.headers.get(SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
            let mut offered = offered.split(',').map(str::trim);
            offered.find_map(|name| name.strip_prefix(AS_PROTOCOL))
        };
        let secret = bearer(parts).or_else(named).ok_or(ApiError::Stranger)?;
        Allowed::admit(identify(app, secret).await?).map(Self)
    }
}

/// Returns who has signed in, in a browser. One in which both a person and somebody of staff have is the person's where a page of
/// theirs says so.
async fn by_cookie<P: Permission>(app: &App, parts: &Parts) -> Result<Allowed<P>, ApiError> {
    if !PEOPLE.is_named(parts)
        && let Some(signed) = sign_in::signed_in(app, parts).await?
    {
        return Allowed::admit(Some((signed.caller(), signed.tenant)));
    }
    let signed = account::signed_in(app, parts).await?;
    let session = signed.as_ref().map(|signed| signed.session.id.0);
    let found = signed.map(|signed| (signed.caller(), signed.tenant));
    let allowed = Allowed::admit(found)?;
    Ok(Allowed { session, ..allowed })
}

/// The same for a route that also answers people who cannot sign in: nobody, where no secret is shown. One that is shown must be
/// good, as everywhere. Cookies say nothing here.
pub struct Perhaps<P>(pub Option<Allowed<P>>);

impl<P: Permission> FromRequestParts<App> for Perhaps<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self(None));
        }
        let secret = bearer(parts).ok_or(ApiError::Stranger)?;
        let allowed = Allowed::admit(identify(app, secret).await?)?;
        Ok(Self(Some(allowed)))
    }
}

/// Returns the secret of a request.
pub fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Is a secret a person's own token?
pub fn is_persons(secret: &str) -> bool {
    secret.starts_with("mt_")
}

/// Longest secret that is looked up.
const LONGEST: usize = 200;

async fn identify(app: &App, secret: &str) -> Result<Option<(Caller, TenantRow)>, ApiError> {
    if secret.is_empty() || secret.len() > LONGEST {
        return Ok(None);
    }
    let now = app.now();
    if is_persons(secret) {
        let Some(token) = app.store.find_applicant_token(secret, now).await? else {
            return Ok(None);
        };
        let tenant = app.store.find_tenant(token.tenant_id).await?;
        let caller = Caller::Person {
            tenant: token.tenant_id,
            applicant: token.applicant_id,
            verification: token.verification_id,
        };
        return Ok(tenant.map(|tenant| (caller, tenant)));
    }
    if secret.starts_with("ms_") {
        return identify_staff(app, secret).await;
    }
    let found = app.store.find_caller(secret, now).await?;
    let Some(menshen_store::Caller { key, tenant }) = found else {
        return Ok(None);
    };
    app.store
        .note_api_key_use(&key, now)
        .await
        .or_else(|error| {
            // Two requests at once note the same minute; one of them is enough.
            let conflict = matches!(error, menshen_store::StoreError::Conflict { .. });
            if conflict { Ok(()) } else { Err(error) }
        })?;
    let scopes = key
        .scopes
        .iter()
        .filter_map(|name| Scope::parse(name))
        .collect();
    let caller = Caller::Key {
        key: key.id,
        tenant: tenant.id,
        scopes,
    };
    Ok(Some((caller, tenant)))
}

async fn identify_staff(app: &App, secret: &str) -> Result<Option<(Caller, TenantRow)>, ApiError> {
    let Some(staff) = app.store.find_staff_by_secret(secret).await? else {
        return Ok(None);
    };
    let tenant = app.store.find_tenant(staff.tenant_id).await?;
    Ok(tenant.map(|tenant| (sign_in::caller(&staff), tenant)))
}

impl<P: Permission> Allowed<P> {
    /// Lets a caller in who has the permission.
    fn admit(found: Option<(Caller, TenantRow)>) -> Result<Self, ApiError> {
        let (caller, tenant) = found.ok_or(ApiError::Stranger)?;
        let person = matches!(caller, Caller::Person { .. });
        if !(caller.has(P::SCOPE) || person && P::PEOPLE) {
            return Err(ApiError::Scope(P::SCOPE.name()));
        }
        Ok(Self {
            caller,
            tenant,
            session: None,
            permission: PhantomData,
        })
    }

    /// Refuses a person who calls with a cookie on a device that their account does not know: it may read, and ask for help.
    ///
    /// # Errors
    /// `device_unknown`, `network_unknown`; the store's.
    pub async fn on_known_device(
        &self,
        app: &App,
        applicant: &ApplicantRow,
    ) -> Result<(), ApiError> {
        let Some(session) = self.session.map(AccountSessionId) else {
            return Ok(());
        };
        let account = app.store.find_account(self.tenant.id, applicant.id).await?;
        let account = account.ok_or(ApiError::Stranger)?;
        let policy = app.policy(&self.tenant)?;
        let asked = (&self.tenant, applicant, session);
        match standing::known_of(app, &policy, asked, account).await? {
            Some(Known { strange: None, .. }) => Ok(()),
            Some(Known {
                strange: Some(strange),
                ..
            }) => Err(strange.refusal()),
            None => Err(Strange::Device.refusal()),
        }
    }

    /// Returns an applicant whom the caller may see. A token for a verification that the sign-in has begun sees none: whoever holds
    /// it has not proven yet that the account is theirs.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is not there and for one that is another's.
    pub async fn applicant(&self, app: &App, id: ApplicantId) -> Result<ApplicantRow, ApiError> {
        let found = self.applicant_or_claimed(app, id).await?;
        match self.claim(app).await? {
            Some(_) => Err(ApiError::NotFound("applicant")),
            None => Ok(found),
        }
    }

    /// The same, for what whoever only claims to be the applicant must be able to do, too: to agree to be verified.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is not there and for one that is another's.
    pub async fn applicant_or_claimed(
        &self,
        app: &App,
        id: ApplicantId,
    ) -> Result<ApplicantRow, ApiError> {
        let missing = ApiError::NotFound("applicant");
        if !self.caller.may(P::SCOPE, Some(id), None) {
            return Err(missing);
        }
        let found = app.store.find_applicant(self.tenant.id, id).await?;
        found.ok_or(missing)
    }

    /// Returns the verification that the caller's token is for, where the sign-in has begun it.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is no longer there; the store's.
    pub async fn claim(&self, app: &App) -> Result<Option<VerificationRow>, ApiError> {
        let Caller::Person {
            verification: Some(id),
            ..
        } = self.caller
        else {
            return Ok(None);
        };
        let row = app.store.find_verification(self.tenant.id, id).await?;
        let row = row.ok_or(ApiError::NotFound("verification"))?;
        let flow: Flow = from_word(&row.flow).map_err(ApiError::machine)?;
        Ok(flow.is_of_sign_in().then_some(row))
    }

    /// Returns an appeal that the caller may see.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is not there and for one that is another's.
    pub async fn appeal(&self, app: &App, id: AppealId) -> Result<Appeal, ApiError> {
        let found = app.store.find_appeal(self.tenant.id, id).await?;
        let may = |row: &AppealRow| {
            let (applicant, verification) = (row.applicant_id, row.verification_id);
            self.caller
                .may(P::SCOPE, Some(applicant), Some(verification))
        };
        let row = found.filter(may).ok_or(ApiError::NotFound("appeal"))?;
        Appeal::read(row)
    }

    /// Returns a verification that the caller may see.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is not there and for one that is another's.
    pub async fn verification(
        &self,
        app: &App,
        id: VerificationId,
    ) -> Result<VerificationRow, ApiError> {
        let found = app.store.find_verification(self.tenant.id, id).await?;
        let may = |row: &VerificationRow| {
            self.caller
                .may(P::SCOPE, Some(row.applicant_id), Some(row.id))
        };
        found.filter(may).ok_or(ApiError::NotFound("verification"))
    }

    /// Returns a ticket that the caller may see.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for one that is not there and for one that is another's.
    pub async fn ticket(&self, app: &App, id: TicketId) -> Result<TicketRow, ApiError> {
        let found = app.store.find_ticket(self.tenant.id, id).await?;
        let may = |row: &TicketRow| {
            self.caller
                .may(P::SCOPE, Some(row.applicant_id), row.verification_id)
        };
        found.filter(may).ok_or(ApiError::NotFound("ticket"))
    }
}
