/** What the step leaves for its post step. */
export const STARTED_ATTEMPT = 'started-attempt';
/** A commit status that is to be written if the step does not. */
export const UNWRITTEN_STATUS = 'unwritten-status';
