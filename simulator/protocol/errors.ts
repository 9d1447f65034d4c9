/** A refusal as CodeBuild words it: `__type` and message. */
export class ServiceError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/*
 * Texts: "Project cannot be found", "The input build ID list cannot be empty" and those of the logs
 * are AWS's own, read in users' pastes. All others of the simulator are invented: match on names.
 */

export function invalidInput(message: string): ServiceError {
  return new ServiceError('InvalidInputException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}
