// One line of the doctor's list.

export interface Check {
  name: string;
  /** `warn` works but may surprise; only `fail` makes the command fail. */
  status: "ok" | "warn" | "fail";
  /** One line for the operator. */
  detail: string;
}
