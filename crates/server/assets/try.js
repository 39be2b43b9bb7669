// The way to try things out, done as an integrator does it: a key, an applicant, a verification, a token for the person, and a colleague
// who reviews. The key is that of the tenant for trying out, and ends with the day.

const by = (id) => document.getElementById(id);
const here = location.pathname.replace(/\/$/, "");
let key;

async function call(path, body) {
  key ??= (await answered(await fetch(here, { method: "POST" }))).secret;
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
  return answered(await fetch(`/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answered(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.code ?? String(response.status));
  return answer;
}

function link(id, path) {
  const anchor = document.createElement("a");
  anchor.href = path;
  anchor.target = "_blank";
  anchor.textContent = by(id).textContent;
  by(`${id}-link`).replaceChildren(anchor);
  by(`${id}-link`).hidden = false;
  anchor.click();
}

function on(id, make) {
  by(id).addEventListener("click", async () => {
    by("failed").hidden = true;
    try {
      link(id, await make());
    } catch (error) {
      by("failed").textContent = error.message;
      by("failed").hidden = false;
    }
  });
}

on("person", async () => {
  const { id: applicant } = await call("applicants", { external_id: crypto.randomUUID() });
  const { id } = await call("verifications", { applicant, level: "L2" });
  const { token } = await call(`applicants/${applicant}/tokens`, { minutes: 240 });
  return `/verify#${token}~${id}`;
});

on("reviewer", async () => {
  const { invitation } = await call("staff", { name: "试用审核员 Reviewer", role: "senior" });
  return `/console#invitation=${invitation}`;
});

for (const part of ["front", "back", "selfie"]) by(part).href = `${here}/${part}.jpg`;

fetch(`${here}/claims.json`).then(answered).then((claims) => {
  for (const [name, value] of Object.entries(claims)) {
    if (value === null) continue;
    const row = by("claims").insertRow();
    row.insertCell().textContent = name;
    row.insertCell().textContent = value;
  }
});
