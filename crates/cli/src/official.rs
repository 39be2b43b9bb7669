//! `menshen official`: does a tenant's signed list hold, and is something on it? Without any network: the pages of the service may be what
//! is in doubt.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use menshen_core::announcement::{self, Texts};
use menshen_core::ids::{AnnouncementId, TenantId};
use menshen_core::official::{Channel, Fault, FileWords, Likeness, Meaning, Verdict, check};
use menshen_core::{Catalogue, Locale};
use menshen_ledger::{OfficialFile, OfficialList, VerifiedOfficial, Verifier, verify_official};
use menshen_server::Clock;
use serde::Serialize;

use crate::audit::read_keys;
use crate::context::{BAD, BOLD, Context, DIM, Exit, GOOD, WARN};
use crate::input::{self, WrongUsage};
use crate::service::ServiceArgs;

/// The file does not hold: nothing is said from it.
const NOT_VALID: u8 = 3;
/// What was asked about imitates what is on the list.
const LOOKALIKE: u8 = 4;
/// What was asked about is not on the list.
const UNKNOWN: u8 = 5;

/// Arguments of `menshen official`.
#[derive(Args, Debug)]
pub struct OfficialArgs {
    #[command(subcommand)]
    command: OfficialCommand,
}

const EXIT_CODES: &str = "Exit code: 0 valid, or on the list; 3 the file does not hold; 4 looks like what is on the list; 5 not on the list; \
     1 the machine failed; 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum OfficialCommand {
    /// Check the signature, form and time of a signed list of channels or announcements, and print it
    #[command(after_help = EXIT_CODES)]
    Verify(FileArgs),
    /// Tell whether an address, mail address, number, account, app or file hash is on a signed list
    #[command(after_help = EXIT_CODES)]
    Check(CheckArgs),
    /// Print the public key of the own service, to be published in the app and wherever people can find it
    Key(ServiceArgs),
}

#[derive(Args, Debug)]
struct FileArgs {
    /// The signed list, as the service hands it out
    file: PathBuf,
    /// Public key that is trusted, as name+id+key, or a file of them; without it the own service's
    #[arg(long, value_name = "VERIFIER-KEY")]
    key: Option<String>,
    /// The tenant whose list it must be: one key signs for all tenants of a service
    #[arg(long, value_name = "ID")]
    tenant: Option<TenantId>,
    /// The least number that the list must have: that of the newest one seen before
    #[arg(long, value_name = "N")]
    at_least: Option<u64>,
    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Args, Debug)]
struct CheckArgs {
    #[command(flatten)]
    file: FileArgs,
    /// An address, mail address, number, account (its link, or telegram:NAME), app, or a file's SHA-256
    value: String,
}

/// What stands in every answer.
#[derive(Debug, Default, Serialize)]
struct Head {
    valid: bool,
    tenant: Option<TenantId>,
    name: Option<String>,
    sandbox: Option<bool>,
    number: Option<u64>,
    issued_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    key: Option<String>,
    /// Null for a file that holds, else a stable word.
    why: Option<Fault>,
    message: Option<String>,
}

#[derive(Debug, Serialize)]
struct VerifyOut {
    #[serde(flatten)]
    head: Head,
    channels: Option<Vec<Channel>>,
    announcements: Option<Vec<AnnouncementOut>>,
}

#[derive(Debug, Serialize)]
struct AnnouncementOut {
    id: AnnouncementId,
    kind: announcement::Kind,
    starts_at: Timestamp,
    ends_at: Timestamp,
    text: Texts,
}

#[derive(Debug, Serialize)]
struct CheckOut {
    #[serde(flatten)]
    head: Head,
    /// Null where the file does not hold.
    verdict: Option<&'static str>,
    meaning: Option<Meaning>,
    how: Option<Likeness>,
    channels: Vec<Channel>,
    text: Option<Texts>,
}

/// Runs `menshen official`.
pub fn run(args: &OfficialArgs, context: &Context) -> anyhow::Result<()> {
    match &args.command {
        OfficialCommand::Verify(args) => verify(args, context),
        OfficialCommand::Check(args) => check_value(args, context),
        OfficialCommand::Key(args) => key(args, context),
    }
}

fn words(context: &Context) -> &'static FileWords {
    &context.catalogue().official().file
}

fn keys(args: &FileArgs) -> anyhow::Result<Verifier> {
    match &args.key {
        Some(text) => Verifier::from_text(text).or_else(|_| read_keys(Path::new(text))),
        None => {
            let config = args.service.read_existing()?;
            Ok(menshen_server::signer(&config)?.verifier())
        }
    }
}

/// Reads a file and checks everything about it.
fn open(args: &FileArgs) -> anyhow::Result<Result<VerifiedOfficial, Fault>> {
    let keys = keys(args)?;
    let bytes = input::read_small_file(&args.file)?;
    let verified = verify_official(&bytes, &keys, Clock::system().now());
    Ok(match verified {
        Err(error) => Err(error.fault()),
        Ok(found)
            if args
                .tenant
                .is_some_and(|tenant| tenant != found.file.tenant) =>
        {
            Err(Fault::OtherTenant)
        }
        Ok(found) if args.at_least.is_some_and(|least| found.file.number < least) => {
            Err(Fault::Older)
        }
        Ok(found) => Ok(found),
    })
}

fn head(opened: &Result<VerifiedOfficial, Fault>, context: &Context) -> Head {
    match opened {
        Err(fault) => Head {
            why: Some(*fault),
            message: words(context).faults.get(fault).cloned(),
            ..Head::default()
        },
        Ok(VerifiedOfficial { file, key_id }) => Head {
            valid: true,
            tenant: Some(file.tenant),
            name: Some(file.name.clone()),
            sandbox: Some(file.sandbox),
            number: Some(file.number),
            issued_at: Some(file.issued_at.to_timestamp()),
            expires_at: Some(file.expires_at.to_timestamp()),
            key: Some(key_id.clone()),
            why: None,
            message: None,
        },
    }
}

fn verify(args: &FileArgs, context: &Context) -> anyhow::Result<()> {
    let opened = open(args)?;
    let head = head(&opened, context);
    let (channels, announcements) = match opened {
        Ok(VerifiedOfficial {
            file: OfficialFile { list, .. },
            ..
        }) => parts(list),
        Err(_) => (None, None),
    };
    let out = VerifyOut {
        head,
        channels,
        announcements,
    };
    context.emit(&out, |w| write_list(w, &out, context))?;
    end(if out.head.valid { 0 } else { NOT_VALID })
}

type Parts = (Option<Vec<Channel>>, Option<Vec<AnnouncementOut>>);

fn parts(list: OfficialList) -> Parts {
    match list {
        OfficialList::Channels(channels) => (Some(channels), None),
        OfficialList::Announcements(all) => {
            let all = all.into_iter().map(|one| AnnouncementOut {
                id: one.id,
                kind: one.kind,
                starts_at: one.starts_at.to_timestamp(),
                ends_at: one.ends_at.to_timestamp(),
                text: one.text,
            });
            (None, Some(all.collect()))
        }
    }
}

fn end(code: u8) -> anyhow::Result<()> {
    match code {
        0 => Ok(()),
        code => Err(Exit(code).into()),
    }
}

fn check_value(args: &CheckArgs, context: &Context) -> anyhow::Result<()> {
    let opened = open(&args.file)?;
    let head = head(&opened, context);
    let channels = match opened {
        Err(_) => None,
        Ok(found) => match found.file.list {
            OfficialList::Channels(channels) => Some(channels),
            OfficialList::Announcements(_) => {
                return Err(WrongUsage(words(context).no_channels.clone()).into());
            }
        },
    };
    let verdict = channels
        .as_deref()
        .map(|channels| check(&args.value, channels));
    let out = CheckOut::new(head, verdict.as_ref());
    context.emit(&out, |w| write_check(w, &out, context))?;
    end(match verdict {
        None => NOT_VALID,
        Some(Verdict::Official { .. }) => 0,
        Some(Verdict::Lookalike { .. }) => LOOKALIKE,
        Some(Verdict::Where { .. } | Verdict::Unknown) => UNKNOWN,
    })
}

impl CheckOut {
    fn new(head: Head, verdict: Option<&Verdict<'_>>) -> Self {
        let text = |verdict| {
            let of = |locale| Catalogue::of(locale).official().text(verdict).to_owned();
            Texts {
                zh_cn: of(Locale::ZhCn),
                en: of(Locale::En),
            }
        };
        let channels = verdict.map(Verdict::channels).unwrap_or_default();
        Self {
            head,
            verdict: verdict.map(Verdict::word),
            meaning: match verdict {
                Some(Verdict::Official { meaning, .. }) => Some(*meaning),
                _ => None,
            },
            how: match verdict {
                Some(Verdict::Lookalike { how, .. }) => Some(*how),
                _ => None,
            },
            channels: channels.into_iter().cloned().collect(),
            text: verdict.map(text),
        }
    }
}

fn write_head(w: &mut dyn Write, head: &Head, context: &Context) -> io::Result<()> {
    let words = words(context);
    if !head.valid {
        let message = head.message.as_deref().unwrap_or_default();
        return writeln!(
            w,
            "{BAD}{BOLD}{}{BOLD:#}{BAD:#}  {message}",
            words.not_valid
        );
    }
    let name = head.name.as_deref().unwrap_or_default();
    writeln!(w, "{GOOD}{BOLD}{}{BOLD:#}{GOOD:#}  {name}", words.valid)?;
    if head.sandbox == Some(true) {
        writeln!(w, "  {WARN}{}{WARN:#}", words.sandbox)?;
    }
    let text = |value: Option<String>| value.unwrap_or_default();
    for (label, value) in [
        (&words.tenant, text(head.tenant.map(|id| id.to_string()))),
        (&words.number, text(head.number.map(|n| n.to_string()))),
        (&words.issued, text(head.issued_at.map(|at| at.to_string()))),
        (
            &words.expires,
            text(head.expires_at.map(|at| at.to_string())),
        ),
        (&words.key, text(head.key.clone())),
    ] {
        writeln!(w, "  {DIM}{label}{DIM:#} {value}")?;
    }
    Ok(())
}

fn write_list(w: &mut dyn Write, out: &VerifyOut, context: &Context) -> io::Result<()> {
    write_head(w, &out.head, context)?;
    let words = context.catalogue().official();
    let n = out.channels.as_ref().map_or(0, Vec::len);
    if out.head.valid && n + out.announcements.as_ref().map_or(0, Vec::len) == 0 {
        writeln!(w, "{}", words.file.empty)?;
    }
    write_channels(w, out.channels.as_deref().unwrap_or_default(), context)?;
    for one in out.announcements.iter().flatten() {
        let kind = words.announcements.get(&one.kind);
        let kind = kind.map(String::as_str).unwrap_or_default();
        writeln!(
            w,
            "{BOLD}{kind}{BOLD:#} {DIM}{} - {}{DIM:#}",
            one.starts_at, one.ends_at
        )?;
        let text = match context.locale {
            Locale::ZhCn => &one.text.zh_cn,
            Locale::En => &one.text.en,
        };
        for line in text.lines() {
            writeln!(w, "  {line}")?;
        }
    }
    Ok(())
}

fn write_channels(w: &mut dyn Write, channels: &[Channel], context: &Context) -> io::Result<()> {
    let kinds = &context.catalogue().official().kinds;
    for channel in channels {
        let kind = kinds.get(&channel.kind()).map(String::as_str);
        writeln!(w, "  {DIM}{}{DIM:#} {channel}", kind.unwrap_or_default())?;
    }
    Ok(())
}

fn write_check(w: &mut dyn Write, out: &CheckOut, context: &Context) -> io::Result<()> {
    let words = context.catalogue().official();
    let Some(verdict) = out.verdict else {
        write_head(w, &out.head, context)?;
        return writeln!(w, "{}", words.file.nothing_said);
    };
    let style = match (out.meaning, out.how) {
        (Some(_), _) => Style::new(),
        (None, Some(_)) => BAD,
        (None, None) => WARN,
    };
    let title = words.verdicts.get(verdict).map(String::as_str);
    let title = title.unwrap_or(verdict);
    writeln!(w, "{style}{BOLD}{title}{BOLD:#}{style:#}")?;
    write_channels(w, &out.channels, context)?;
    let text = out.text.as_ref().map(|text| match context.locale {
        Locale::ZhCn => &text.zh_cn,
        Locale::En => &text.en,
    });
    if let Some(text) = text {
        writeln!(w, "{text}")?;
    }
    write_head(w, &out.head, context)
}

#[derive(Serialize)]
struct KeyOut {
    key: String,
}

fn key(args: &ServiceArgs, context: &Context) -> anyhow::Result<()> {
    let signer = menshen_server::signer(&args.read_existing()?)?;
    let out = KeyOut {
        key: signer.verifier().to_text().trim_end().to_owned(),
    };
    context.emit(&out, |w| writeln!(w, "{}", out.key))
}
