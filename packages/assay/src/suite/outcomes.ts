import { AssayError } from "../errors/assay-error.ts";

/** Thrown to end a case as SKIPPED: a precondition is missing and the message says which. */
export class Skipped extends AssayError {
  readonly code = "SKIPPED";
  readonly failureClass = "product";
}

/** Thrown to end a case as PASSED with a warning that reports must show. */
export class PassedWithWarning extends AssayError {
  readonly code = "PASSED_WITH_WARNING";
  readonly failureClass = "product";
}

/** What a case looked for is wrong in the image or kernel under test. */
export class AssertionFailed extends AssayError {
  readonly code = "ASSERTION_FAILED";
  readonly failureClass = "product";
}
