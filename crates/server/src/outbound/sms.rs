//! SMS by the HTTP gateway of the operator's choice: one POST, its body from a template.

use std::time::Duration;

use minijinja::{AutoEscape, Environment, context};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::{Letter, OutboundError, SendError};
use crate::config::Sms;

/// For the whole exchange; a job holds its lease for longer.
const PATIENCE: Duration = Duration::from_secs(15);
const BODY: &str = "body";

/// A gateway's client.
pub struct Gateway {
    client: Client,
    url: Url,
    headers: HeaderMap,
    template: Environment<'static>,
}

impl Gateway {
    /// Returns a client of the gateway of a configuration.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub fn new(config: &Sms) -> Result<Self, OutboundError> {
        let url = Url::parse(config.url.reveal());
        let url = url.map_err(|_| OutboundError::Gateway("sms.url is no address"))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(OutboundError::Gateway("sms.url must begin with https://"));
        }
        let json = config.content_type.contains("json");
        let mut template = Environment::new();
        template.set_auto_escape_callback(move |_| match json {
            true => AutoEscape::Json,
            false => AutoEscape::None,
        });
        template
            .add_template_owned(BODY, config.body.clone())
            .map_err(OutboundError::Template)?;
        // A process has one provider; the object store's client may have chosen the same before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .build()
            .map_err(OutboundError::Client)?;
        let gateway = Self {
            client,
            url,
            headers: headers(config)?,
            template,
        };
        let sample = gateway.body("+10000000000", "a \"quoted\" text\n");
        let sample = sample.map_err(OutboundError::Template)?;
        if json && serde_json::from_str::<serde_json::Value>(&sample).is_err() {
            return Err(OutboundError::NoJson);
        }
        Ok(gateway)
    }

    fn body(&self, to: &str, text: &str) -> Result<String, minijinja::Error> {
        self.template
            .get_template(BODY)?
            .render(context! { to, text })
    }

    /// Sends a message. Any 2xx is taken for an acceptance.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), SendError> {
        let body = self.body(letter.to, &letter.message.short);
        let body = body.map_err(|_| SendError::Never("message_invalid"))?;
        let answer = self
            .client
            .post(self.url.clone())
            .headers(self.headers.clone())
            // Gateways that know the header send a repeated message once.
            .header("idempotency-key", letter.id.to_string())
            .body(body)
            .send()
            .await
            .map_err(|_| SendError::Later("gateway_unreachable"))?;
        match answer.status().as_u16() {
            200..=299 => Ok(()),
            408 | 425 | 429 | 500..=599 => Err(SendError::Later("gateway_busy")),
            _ => Err(SendError::Never("gateway_refused")),
        }
    }
}

fn headers(config: &Sms) -> Result<HeaderMap, OutboundError> {
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_str(&config.content_type);
    let kind = kind.map_err(|_| OutboundError::Gateway("sms.content_type is no content type"))?;
    headers.insert(CONTENT_TYPE, kind);
    for (name, value) in &config.headers {
        let fault = |_| OutboundError::Gateway("a name in sms.headers is no header");
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(fault)?;
        let value = HeaderValue::from_str(value.reveal());
        let mut value =
            value.map_err(|_| OutboundError::Gateway("a value in sms.headers is none"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn gateway(content_type: &str, body: &str) -> Result<Gateway, String> {
        let config = Sms {
            url: Secret::new("http://127.0.0.1:9/send".to_owned()),
            headers: [("x-key".to_owned(), Secret::new("k".to_owned()))].into(),
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        };
        Gateway::new(&config).map_err(|error| error.to_string())
    }

    #[test]
    fn a_body_is_json_whatever_the_text() {
        let gateway = gateway("application/json", r#"{"to": {{ to }}, "m": {{ text }}}"#);
        let body = gateway.unwrap().body("+86100", "\"} 您好\\").unwrap();
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (&body["to"], &body["m"]),
            (&"+86100".into(), &"\"} 您好\\".into())
        );
    }

    #[test]
    fn a_form_escapes_what_it_is_told_to() {
        let form = "application/x-www-form-urlencoded";
        let gateway = gateway(form, "to={{ to|urlencode }}&text={{ text|urlencode }}");
        let body = gateway.unwrap().body("+86100", "a&b=1").unwrap();
        assert_eq!(body, "to=%2B86100&text=a%26b%3D1");
    }

    #[test]
    fn a_template_that_cannot_work_is_refused_at_the_start() {
        for (kind, body, fault) in [
            ("application/json", "{{ to", "template"),
            (
                "application/json",
                r#"{"to": "{{ to }}"}"#,
                "does not give JSON",
            ),
            ("text/plain\n", "{{ to }}", "content_type"),
        ] {
            let refusal = gateway(kind, body).err().unwrap();
            assert!(refusal.contains(fault), "{refusal}");
        }
    }
}
