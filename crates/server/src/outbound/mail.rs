//! Mail by SMTP: plain text, one recipient, TLS unless the operator says otherwise.

use std::time::{Duration, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Letter, OutboundError, SendError};
use crate::config::{Mail, MailSecurity};

/// For each step of a conversation; a job holds its lease for longer than one.
const PATIENCE: Duration = Duration::from_secs(5);
/// For a whole conversation.
const CONVERSATION: Duration = Duration::from_secs(20);

/// A mail server's client.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Returns a client of the server of a configuration.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub fn new(config: &Mail) -> Result<Self, OutboundError> {
        let from = config.from.parse().map_err(|_| OutboundError::From)?;
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let builder = match config.security {
            MailSecurity::Tls => Transport::relay(&config.host),
            MailSecurity::Starttls => Transport::starttls_relay(&config.host),
            MailSecurity::None => Ok(Transport::builder_dangerous(&config.host)),
        };
        let mut builder = builder
            .map_err(OutboundError::MailTls)?
            .timeout(Some(PATIENCE));
        if let Some(port) = config.port {
            builder = builder.port(port);
        }
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let password = password.reveal().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    /// Tells whether the server answers and lets us in.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn try_it(&self) -> Result<(), SendError> {
        match tokio::time::timeout(CONVERSATION, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Err(error)) => Err(sort(&error)),
            Ok(Ok(false)) | Err(_) => Err(SendError::Later("mail_unreachable")),
        }
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), SendError> {
        let to: Address = letter
            .to
            .parse()
            .map_err(|_| SendError::Never("address_invalid"))?;
        let envelope = Envelope::new(Some(self.from.email.clone()), vec![to.clone()])
            .map_err(|_| SendError::Never("address_invalid"))?;
        let mail = self
            .compose(letter, to)
            .map_err(|_| SendError::Never("message_invalid"))?
            .formatted();
        let sent = self.transport.send_raw(&envelope, &mail);
        match tokio::time::timeout(CONVERSATION, sent).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(sort(&error)),
            Err(_) => Err(SendError::Later("mail_unreachable")),
        }
    }

    fn compose(&self, letter: &Letter<'_>, to: Address) -> Result<Message, lettre::error::Error> {
        let millis = u64::try_from(letter.at.0).unwrap_or(0);
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.message.subject.clone())
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            // RFC 3834: nobody's holiday notice answers a machine.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .singlepart(SinglePart::plain(letter.message.body.clone()))
    }
}

/// A refusal stays one; everything else may pass.
fn sort(error: &Error) -> SendError {
    if error.is_permanent() {
        SendError::Never("mail_refused")
    } else if error.is_transient() {
        SendError::Later("mail_busy")
    } else {
        SendError::Later("mail_unreachable")
    }
}
