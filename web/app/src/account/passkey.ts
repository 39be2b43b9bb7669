/** Asks the browser for a passkey; the answer goes to the service as it is. Throws `PasskeyStopped` where none was shown. */
export async function showPasskey(options: unknown): Promise<Record<string, never>> {
  const request = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return answered(await stopped(navigator.credentials.get({ publicKey: request })));
}

/** Has the browser make a passkey. */
export async function makePasskey(options: unknown): Promise<Record<string, never>> {
  const request = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return answered(await stopped(navigator.credentials.create({ publicKey: request })));
}

/** Can this browser hold passkeys at all? */
export const canPasskey = (): boolean =>
  "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** The person has closed the browser's window, or has no passkey here. */
export class PasskeyStopped extends Error {}

async function stopped<T>(asked: Promise<T>): Promise<T> {
  return asked.catch(() => {
    throw new PasskeyStopped();
  });
}

function answered(credential: Credential | null): Record<string, never> {
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyStopped();
  return credential.toJSON() as Record<string, never>;
}
