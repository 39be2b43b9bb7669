// Draws openapi.json. Everything is set as text: nothing from the document becomes markup.
const make = (tag, text, parent) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
};
const nameOf = (schema) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.oneOf || schema.anyOf) return (schema.oneOf ?? schema.anyOf).map(nameOf).join(" | ");
  if (schema.type === "array") return `${nameOf(schema.items)}[]`;
  return [schema.type].flat().join(" | ");
};
const fields = (document_, schema, parent) => {
  const name = schema?.$ref?.split("/").pop();
  const found = name ? document_.components.schemas[name] : schema;
  if (!found?.properties) return;
  const table = make("table", undefined, parent);
  for (const [key, value] of Object.entries(found.properties)) {
    const row = make("tr", undefined, table);
    make("td", key + (found.required?.includes(key) ? "" : "?"), row);
    make("td", nameOf(value), row);
    make("td", value.description ?? "", row);
  }
};
const body = (content) => Object.values(content ?? {})[0]?.schema;
const draw = (document_) => {
  document.getElementById("about").textContent = document_.info.description;
  const groups = new Map();
  for (const [path, methods] of Object.entries(document_.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push([path, method, operation]);
    }
  }
  const parent = document.getElementById("routes");
  for (const [tag, operations] of groups) {
    make("h2", tag, parent);
    for (const [path, method, operation] of operations) {
      const details = make("details", undefined, parent);
      const summary = make("summary", undefined, details);
      make("b", method.toUpperCase(), summary);
      make("code", path, summary);
      make("span", ` ${operation.summary ?? ""}`, summary).className = "soft";
      make("p", operation.description ?? operation.summary ?? "", details);
      const request = body(operation.requestBody?.content);
      if (request) {
        make("p", `Body: ${nameOf(request)}`, details);
        fields(document_, request, details);
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        const schema = body(response.content);
        make("p", `${status} ${nameOf(schema)} ${response.description ?? ""}`, details);
        if (status.startsWith("2")) fields(document_, schema, details);
      }
    }
  }
};
fetch("/openapi.json").then((response) => response.json()).then(draw);
