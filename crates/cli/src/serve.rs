//! `menshen serve`: the service, from nothing or from a configuration.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use menshen_engine::{Pool, PoolConfig};
use menshen_models::ModelStore;
use menshen_server::{App, Clock, Config, Engine, Engines, Greeting, Pages};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::context::{BOLD, Context, DIM, GOOD, WARN};
use crate::service::{ServiceArgs, runtime};

/// Arguments of `menshen serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Serve sandbox tenants only: no models, no photos are looked at
    #[arg(long)]
    sandbox_only: bool,
    /// Offer a page on which anybody with its link tries a verification and its review, with a drawn specimen
    #[arg(long, conflicts_with = "sandbox_only")]
    demo: bool,
}

/// Serves until it is told to stop.
pub fn run(args: &ServeArgs, context: &Context) -> anyhow::Result<()> {
    let mut config = args.service.read()?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    if args.sandbox_only {
        config.engine.workers = 0;
    }
    if config.engine.workers > 0 {
        // With visible progress, before anything is promised.
        crate::models::ready(context)?;
    }
    let pages = pages(args, &config, context)?;
    logs(context);
    runtime()?.block_on(serve(config, pages, context))
}

/// Networks that the engine in the page runs, in the order in which it needs them.
const PAGE_MODELS: [&str; 3] = ["face-detection", "face-mesh", "iris"];
/// What the page to try things out shows of the drawn person.
const DRAWN: [&str; 4] = ["front.jpg", "back.jpg", "selfie.jpg", "claims.json"];

/// Reads what the pages need.
fn pages(args: &ServeArgs, config: &Config, context: &Context) -> anyhow::Result<Pages> {
    let mut pages = Pages::default();
    if config.engine.workers > 0 {
        let models = ModelStore::open(&context.models_dir)?;
        for name in PAGE_MODELS {
            let file = models.manifest().entry(name)?.file.clone();
            pages.models.insert(file, models.load(name)?.0);
        }
    }
    if args.demo {
        let engine = crate::engine::open_face(context)?;
        crate::sample::draw(context, &engine, context.today(None))?;
        let folder = crate::sample::folder(context);
        let mut files = BTreeMap::new();
        for name in DRAWN {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
            files.insert(name.to_owned(), bytes);
        }
        pages.demo = Some(files);
    }
    Ok(pages)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line is the one site that reads the environment"
)]
fn logs(context: &Context) {
    use tracing_subscriber::EnvFilter;
    let asked = std::env::var("MENSHEN_LOG").unwrap_or_default();
    let filter = EnvFilter::try_new(if asked.is_empty() { "info" } else { &asked });
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if context.json || !std::io::stderr().is_terminal() {
        logs.json().flatten_event(true).init();
    } else {
        logs.compact().init();
    }
}

async fn serve(config: Config, pages: Pages, context: &Context) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    let engines = engines(&config, &context.models_dir).await?;
    let (app, greeting) = menshen_server::start(config, Clock::system(), engines, pages).await?;
    greet(&app, &greeting, address, context)?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        signals().await;
        tracing::info!("stopping");
        // The receiver is gone only when the service has ended.
        let _ = stop.send(true);
    });
    menshen_server::serve(app, listener, stopped).await?;
    Ok(())
}

/// Starts the processes that look at photos and those that look at frames of live checks.
async fn engines(config: &Config, models: &Path) -> anyhow::Result<Engines> {
    let boxed = |pool: Pool| -> Box<dyn Engine> { Box::new(pool) };
    Ok(Engines {
        photos: engine(config, models).await?.map(boxed),
        frames: live_engine(config, models).await?.map(boxed),
    })
}

/// Starts the processes that look at frames of live checks.
async fn live_engine(config: &Config, models: &Path) -> anyhow::Result<Option<Pool>> {
    if config.engine.workers == 0 {
        return Ok(None);
    }
    let program = std::env::current_exe().context("find this program")?;
    let args = [
        "engine-worker".into(),
        "--models-dir".into(),
        models.as_os_str().to_owned(),
    ];
    let pool = Pool::start(PoolConfig::live(program, args)).await;
    Ok(Some(pool.context("start the engine for live checks")?))
}

/// Starts the processes that look at photos.
pub async fn engine(config: &Config, models: &Path) -> anyhow::Result<Option<Pool>> {
    let settings = &config.engine;
    if settings.workers == 0 {
        return Ok(None);
    }
    let program = std::env::current_exe().context("find this program")?;
    let args = [
        "engine-worker".into(),
        "--models-dir".into(),
        models.as_os_str().to_owned(),
    ];
    let pool = PoolConfig {
        workers: settings.workers,
        queue: settings.queue,
        memory_bytes: settings.memory_mib << 20,
        timeout: Duration::from_secs(settings.timeout_s),
        ..PoolConfig::new(program, args)
    };
    let pool = Pool::start(pool).await.context("start the engine")?;
    for missing in &pool.ready().isolation.missing {
        tracing::warn!(missing, "the engine is not fenced in on this system");
    }
    Ok(Some(pool))
}

#[cfg(unix)]
async fn signals() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signals() {
    let _ = tokio::signal::ctrl_c().await;
}

fn greet(
    app: &App,
    greeting: &Greeting,
    address: SocketAddr,
    context: &Context,
) -> anyhow::Result<()> {
    let url = app
        .config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let setup = format!("{url}{}", greeting.setup_path);
    let key = greeting
        .sandbox_key
        .as_ref()
        .map(|key| key.reveal().to_owned());
    let console = format!("{url}/console");
    let trial = greeting
        .demo_path
        .as_ref()
        .map(|path| format!("{url}{path}"));
    let out = serde_json::json!({
        "address": address,
        "url": url,
        "setup": setup,
        "console": console,
        "try": trial,
        "sandbox_key": key,
        "made_keys": greeting.made_keys,
    });
    context.emit(&out, |w| {
        writeln!(w, "{GOOD}{BOLD}Menshen{BOLD:#}{GOOD:#} {url}")?;
        writeln!(w, "  API          {url}/docs")?;
        writeln!(w, "  console      {console}")?;
        if let Some(trial) = &trial {
            writeln!(w, "  TRY IT       {BOLD}{trial}{BOLD:#}  {DIM}for anybody who has the link{DIM:#}")?;
        }
        writeln!(w, "  operator     {setup}  {DIM}works once{DIM:#}")?;
        if let Some(key) = &key {
            writeln!(w, "  sandbox key  {key}  {DIM}shown once{DIM:#}")?;
        }
        for path in &greeting.made_keys {
            let path = path.display();
            writeln!(w, "{WARN}{BOLD}KEY MADE FOR TRYING OUT{BOLD:#}{WARN:#} {path}: without it nothing can be read. Keep a copy elsewhere.")?;
        }
        Ok(())
    })
}
