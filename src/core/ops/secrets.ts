// Commands of secrets.
import type { ActRequest } from "../flow.ts";
import type { SecretDoneView, SecretsView } from "../views/secrets.ts";

export interface SecretOps {
  /** The value is asked for without being shown, or read from standard input. AppError `invalid` for an empty one. */
  secretSet(request: { name: string } & ActRequest): Promise<SecretDoneView>;
  secretList(): Promise<SecretsView>;
  /** Asks first where slipway.yml uses it. AppError `not_found`. */
  secretRemove(request: { name: string } & ActRequest): Promise<SecretDoneView>;
}
