//! What is counted. Labels are words from short lists: no id, no name, no address.

use std::fmt::Write as _;

use menshen_core::decide::Outcome;
use menshen_core::progress::Material;
use menshen_engine::PoolError;
use menshen_store::{Backlog, LiveState, Part};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Request {
    /// The route's pattern, never the path itself.
    route: String,
    method: String,
    status: u16,
}

/// One label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Word(&'static str, String);

impl EncodeLabelSet for Request {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        [
            ("route", self.route.as_str()),
            ("method", self.method.as_str()),
            ("status", self.status.to_string().as_str()),
        ]
        .encode(encoder)
    }
}

impl EncodeLabelSet for Word {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        [(self.0, self.1.as_str())].encode(encoder)
    }
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Family<Word, Histogram>,
    in_flight: Gauge,
    shed: Counter,
    captures: Family<Word, Counter>,
    decisions: Family<Word, Counter>,
    decision_seconds: Histogram,
    engine_failures: Family<Word, Counter>,
    live_sessions: Family<Word, Counter>,
    live_frame_seconds: Histogram,
    live_verdict_seconds: Family<Word, Histogram>,
    live_refused: Family<Word, Counter>,
    live_closes: Family<Word, Counter>,
    jobs_given_up: Counter,
    notices: Family<Word, Counter>,
    deliveries: Family<Word, Counter>,
    queue: Gauge,
    people_waiting: Family<Word, Gauge>,
    people_late: Family<Word, Gauge>,
}

fn seconds() -> Histogram {
    // 5 ms to 20 s.
    Histogram::new(exponential_buckets(0.005, 2.0, 13))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("menshen"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            in_flight: Gauge::default(),
            shed: Counter::default(),
            captures: Family::default(),
            decisions: Family::default(),
            decision_seconds: seconds(),
            engine_failures: Family::default(),
            live_sessions: Family::default(),
            live_frame_seconds: seconds(),
            live_verdict_seconds: Family::new_with_constructor(seconds),
            live_refused: Family::default(),
            live_closes: Family::default(),
            jobs_given_up: Counter::default(),
            notices: Family::default(),
            deliveries: Family::default(),
            queue: Gauge::default(),
            people_waiting: Family::default(),
            people_late: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("requests", "Requests answered", self.requests.clone());
        r.register(
            "request_seconds",
            "Time to the answer",
            self.seconds.clone(),
        );
        r.register(
            "requests_in_flight",
            "Requests at work",
            self.in_flight.clone(),
        );
        r.register(
            "requests_shed",
            "Requests told to come back",
            self.shed.clone(),
        );
        r.register(
            "captures",
            "Photos judged on arrival",
            self.captures.clone(),
        );
        r.register("decisions", "Decisions", self.decisions.clone());
        let help = "Time from submission to decision";
        r.register("decision_seconds", help, self.decision_seconds.clone());
        let help = "Photos that were not judged";
        r.register("engine_failures", help, self.engine_failures.clone());
        let help = "Live checks that ended, by end";
        r.register("live_sessions", help, self.live_sessions.clone());
        let help = "Time to look at a frame of a live check";
        r.register("live_frame_seconds", help, self.live_frame_seconds.clone());
        let help = "Time from the end of a live check to its verdict: of the sequence, and with the picture";
        r.register(
            "live_verdict_seconds",
            help,
            self.live_verdict_seconds.clone(),
        );
        let help = "Messages of live checks that were refused, by reason";
        r.register("live_refused", help, self.live_refused.clone());
        let help = "Connections of live checks that were closed, by reason";
        r.register("live_closes", help, self.live_closes.clone());
        r.register(
            "jobs_given_up",
            "Jobs that failed for good",
            self.jobs_given_up.clone(),
        );
        let help = "Messages to people, by way and end";
        r.register("notices", help, self.notices.clone());
        let help = "Tries to tell integrators of events, by end";
        r.register("deliveries", help, self.deliveries.clone());
        r.register("queue", "Decisions waiting", self.queue.clone());
        let help = "Cases and tickets that wait for people, of all tenants, by queue";
        r.register("people_waiting", help, self.people_waiting.clone());
        let help = "Of these, what was due before now";
        r.register("people_late", help, self.people_late.clone());
    }

    /// Counts an answer.
    pub fn answered(&self, route: &str, method: &str, status: u16, seconds: f64) {
        let labels = Request {
            route: route.to_owned(),
            method: method.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        let route = Word("route", route.to_owned());
        self.seconds.get_or_create(&route).observe(seconds);
    }

    /// Notes how many requests are at work.
    pub fn in_flight(&self, n: usize) {
        self.in_flight.set(i64::try_from(n).unwrap_or(i64::MAX));
    }

    /// Counts a request that was told to come back.
    pub fn shed(&self) {
        self.shed.inc();
    }

    /// Counts a photo.
    pub fn captured(&self, part: Part, material: Material) {
        let verdict = if material == Material::Good {
            "good"
        } else {
            "again"
        };
        let label = Word("verdict", format!("{}_{verdict}", part.as_str()));
        self.captures.get_or_create(&label).inc();
    }

    /// Counts a decision and its time.
    pub fn decided(&self, outcome: Outcome, millis: Option<i64>) {
        let label = Word("outcome", crate::case::word(&outcome));
        self.decisions.get_or_create(&label).inc();
        if let Some(millis) = millis {
            self.decision_seconds.observe(millis as f64 / 1_000.0);
        }
    }

    /// Counts a photo that was not judged.
    pub fn engine_failed(&self, error: &PoolError) {
        let why = match error {
            PoolError::Busy => "busy",
            PoolError::Died => "died",
            PoolError::TimedOut => "timed_out",
            _ => "other",
        };
        self.engine_failures
            .get_or_create(&Word("why", why.to_owned()))
            .inc();
    }

    /// Notes the time that a frame of a live check took.
    pub fn frame_seen(&self, seconds: f64) {
        self.live_frame_seconds.observe(seconds);
    }

    /// Notes the time that the verdict of a live check took.
    pub fn live_judged(&self, part: &'static str, seconds: f64) {
        let label = Word("part", part.to_owned());
        self.live_verdict_seconds
            .get_or_create(&label)
            .observe(seconds);
    }

    /// Counts a live check that ended.
    pub fn live_ended(&self, state: LiveState) {
        let label = Word("outcome", state.as_str().to_owned());
        self.live_sessions.get_or_create(&label).inc();
    }

    /// Counts a connection of a live check that was closed.
    pub fn live_closed(&self, why: &'static str) {
        let label = Word("why", why.to_owned());
        self.live_closes.get_or_create(&label).inc();
    }

    /// Counts a message of a live check that was refused.
    pub fn live_refused(&self, why: &'static str) {
        self.live_refused
            .get_or_create(&Word("why", why.to_owned()))
            .inc();
    }

    /// Counts a job that failed for good.
    pub fn job_given_up(&self) {
        self.jobs_given_up.inc();
    }

    /// Counts a message that was sent or given up.
    pub fn notice(&self, channel: &str, sent: bool) {
        let end = if sent { "sent" } else { "failed" };
        let label = Word("message", format!("{channel}_{end}"));
        self.notices.get_or_create(&label).inc();
    }

    /// Counts a try to tell an integrator of an event.
    pub fn delivered(&self, end: &'static str) {
        let label = Word("end", end.to_owned());
        self.deliveries.get_or_create(&label).inc();
    }

    /// Returns everything in the text format of Prometheus.
    pub fn text(&self, waiting: i64, backlog: &[Backlog]) -> String {
        self.queue.set(waiting);
        // A queue that is empty now is not among them.
        self.people_waiting.clear();
        self.people_late.clear();
        for Backlog {
            queue,
            waiting,
            late,
        } in backlog
        {
            let label = Word("queue", queue.clone());
            self.people_waiting.get_or_create(&label).set(*waiting);
            self.people_late.get_or_create(&label).set(*late);
        }
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a string does not fail; an unreadable page is still better than none.
            let _ = writeln!(text, "# metrics could not be written");
        }
        text
    }
}
