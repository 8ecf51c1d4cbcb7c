// The names of an account's types, where the command line still looks for them.
import type { Account as PortAccount } from "./port.ts";
import type { Balance as RulesBalance } from "./rules.ts";

export type Account = PortAccount;
export type Balance = RulesBalance;
