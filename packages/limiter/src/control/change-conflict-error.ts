import { show, SluiceError } from "@sluice/core";

/** Somebody else changed the space first; nothing was written. Code `CHANGE_CONFLICT`. */
export class ChangeConflictError extends SluiceError<"CHANGE_CONFLICT"> {
  readonly space: string;
  /** The version there is now. */
  readonly version: number;

  constructor(space: string, version: number, why: string) {
    super("CHANGE_CONFLICT", `${show(space)} was not changed, it is at version ${version} now: ${why}`);
    this.space = space;
    this.version = version;
  }
}

/** The version is not the one it was to be. */
export function otherVersion(space: string, version: number, wanted: number): ChangeConflictError {
  return new ChangeConflictError(
    space,
    version,
    `somebody has changed it since version ${wanted}; read it and decide anew`,
  );
}
