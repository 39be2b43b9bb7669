// The form that stands in for the capture element where the pages were not built. It asks the service what is missing, hands in what
// it is given, and shows what the service answers.

const [token, verification] = location.hash.slice(1).split("~");
history.replaceState(null, "", location.pathname);
const steps = { form: "data", document_front: "front", document_back: "back", selfie: "selfie" };
const by = (id) => document.getElementById(id);
let applicant;

async function call(method, path, body, kind = "application/json") {
  const headers = { Authorization: `Bearer ${token}`, "Idempotency-Key": crypto.randomUUID() };
  if (body !== undefined) headers["Content-Type"] = kind;
  const response = await fetch(`/v1/${path}`, { method, headers, body });
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.code ?? String(response.status));
  return answer;
}

function say(text) {
  by("state").textContent = text;
}

function tell(reasons) {
  by("reasons").replaceChildren(
    ...reasons.map(({ title, remedy }) => {
      const item = document.createElement("li");
      for (const lang of ["zh-CN", "en"]) {
        const line = document.createElement("div");
        line.lang = lang;
        line.textContent = `${title[lang]} ${remedy[lang]}`;
        item.append(line);
      }
      return item;
    }),
  );
}

async function show() {
  const now = await call("GET", `verifications/${verification}`);
  applicant = now.applicant;
  const missing = now.next.map(({ step }) => steps[step]);
  by("data").hidden = !missing.includes("data");
  for (const part of ["front", "back", "selfie"]) {
    by("photos").elements[part].closest("p").hidden = !missing.includes(part);
  }
  by("photos").hidden = !missing.some((part) => part !== "data" && part !== undefined);
  by("submit").hidden = missing.length > 0 || now.processing || !["not_started", "collecting", "failed"].includes(now.status);
  if (now.reasons.length > 0) tell(now.reasons);
  say(now.next.map(({ title }) => `${title["zh-CN"]} · ${title.en}`).join("; ") || now.status);
  if (now.processing) setTimeout(run(show), 2_000);
}

// Every failure is shown, none is swallowed.
function run(step) {
  return (event) => {
    event?.preventDefault();
    step(event).catch((error) => say(error.message));
  };
}

by("data").addEventListener("submit", run(async () => {
  const { biometric: _, ...typed } = Object.fromEntries(new FormData(by("data")));
  for (const purpose of ["identity_verification", "biometric_template"]) {
    await call("POST", `applicants/${applicant}/consents`, JSON.stringify({ purpose, version: "2026-11" }));
  }
  const { reasons } = await call("PUT", `verifications/${verification}/data`, JSON.stringify(typed));
  tell(reasons);
  await show();
}));

by("photos").addEventListener("submit", run(async () => {
  const told = [];
  for (const part of ["front", "back", "selfie"]) {
    const [file] = by("photos").elements[part].files;
    if (file === undefined) continue;
    const { reasons } = await call("PUT", `verifications/${verification}/captures/${part}`, file, "application/octet-stream");
    told.push(...reasons);
    by("photos").elements[part].value = "";
  }
  tell(told);
  await show();
}));

by("submit").addEventListener("click", run(async () => {
  await call("POST", `verifications/${verification}/submit`);
  await show();
}));

run(async () => {
  if (token && verification) return show();
  say("请使用收到的链接打开此页面。 · Open this page with the link that you were given.");
})();
