/** What the process ends with. @public */
export const exitCodes = {
  /** All went well; ended by the user too. */
  ok: 0,
  /** It could not be done: Redis does not answer, a port is taken. */
  failed: 1,
  /** The command line makes no sense, or asks for what is out of range. */
  usage: 2,
  /** The answer is no: there is nothing of that name, the audit is broken, the doctor has found a problem. */
  no: 3,
  /** It was not confirmed, and nothing was changed. */
  unconfirmed: 4,
} as const;

/** Ends the run with a message and a code of its own. */
export class Ending extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** The answer is no. */
export function no(message: string): Ending {
  return new Ending(message, exitCodes.no);
}

/** What was asked for makes no sense. */
export function wrong(message: string): Ending {
  return new Ending(message, exitCodes.usage);
}
