document.getElementById("use").addEventListener("click", async () => {
  const response = await fetch(location.pathname, { method: "POST" });
  if (!response.ok) {
    document.getElementById("used").hidden = false;
    return;
  }
  const secret = document.getElementById("secret");
  secret.textContent = (await response.json()).secret;
  secret.hidden = false;
  document.getElementById("use").hidden = true;
});
