/** A test report of the batch, as BatchGetReports tells it. */
export interface TestReport {
  readonly arn: string;
  /** Of its report group. */
  readonly name: string;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  /** Test cases that ended in an error. */
  readonly errors: number;
  readonly skipped: number;
  readonly consoleUrl: string;
}

/** A test case that did not pass. */
export interface TestCase {
  readonly reportArn: string;
  readonly suite: string;
  readonly name: string;
  readonly message: string;
}
