const show = (id) => {
  for (const other of ["stopped", "over", "wrong", "failed"]) {
    document.getElementById(other).hidden = other !== id;
  }
};
document.getElementById("stop").addEventListener("click", async () => {
  let status;
  try {
    const response = await fetch("/v1/account/recoveries/stop", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Menshen-Page": "1" },
      // What stands behind the # goes to no server with the address.
      body: JSON.stringify({ stop: location.hash.slice(1) }),
    });
    status = response.status;
  } catch {
    status = 0;
  }
  const told = { 200: "stopped", 404: "wrong", 409: "over", 422: "wrong" };
  show(told[status] ?? "failed");
  if (status === 200) document.getElementById("stop").hidden = true;
});
