import { Problem } from "./problem.js";

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns what was answered, or throws the problem. */
export async function body<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, response } = await good(call);
  if (data === undefined) throw new Problem(response.status, undefined);
  return data;
}

/** Returns the headers of an answer, or throws the problem. */
export async function headers(call: Promise<Answer<unknown>>): Promise<Headers> {
  return (await good(call)).response.headers;
}

/** Waits for an answer without a body, or throws the problem. */
export async function done(call: Promise<Answer<unknown>>): Promise<void> {
  await good(call);
}

async function good<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    // The error's own text would quote the body.
    throw error instanceof SyntaxError ? new Problem(200, undefined) : error;
  }
  if (!answer.response.ok) throw new Problem(answer.response.status, answer.error);
  return answer;
}
