// The person's token ends after half an hour. Another one is had from this site's server, and the person goes on where they were.
const element = document.querySelector("menshen-verify");

element?.addEventListener("menshen-token-expired", async () => {
  const body = new URLSearchParams({ csrf: element.dataset.csrf ?? "" });
  const answer = await fetch("/verify/token", { method: "POST", body });
  // Whoever has signed out meanwhile signs in again.
  if (!answer.ok) return location.assign("/");
  const { token } = await answer.json();
  element.setAttribute("token", token);
});
