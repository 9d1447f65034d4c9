/** What the step leaves for its post step. */
export const STARTED_ATTEMPT = 'started-attempt';
/** A commit status that is to be written if the step does not. */
export const UNWRITTEN_STATUS = 'unwritten-status';
/** Tells the post step from the step itself: only after the step is it set. */
export const HAS_RUN = 'has-run';
