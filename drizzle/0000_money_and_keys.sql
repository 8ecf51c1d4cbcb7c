CREATE TABLE `heartbeat` (
	`id` integer PRIMARY KEY NOT NULL,
	`at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`display` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer,
	`revoked_at_ms` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_account` ON `api_keys` (`account_id`);--> statement-breakpoint
CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`balance_micro` integer DEFAULT 0 NOT NULL,
	`held_micro` integer DEFAULT 0 NOT NULL,
	`created_at_ms` integer NOT NULL,
	CONSTRAINT "accounts_held_not_negative" CHECK("accounts"."held_micro" >= 0),
	CONSTRAINT "accounts_held_covered" CHECK("accounts"."held_micro" <= "accounts"."balance_micro")
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_name_unique` ON `accounts` (`name`);--> statement-breakpoint
CREATE TABLE `entries` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`amount_micro` integer NOT NULL,
	`balance_after_micro` integer NOT NULL,
	`request_id` text,
	`note` text,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "entries_not_zero" CHECK("entries"."amount_micro" <> 0)
);
--> statement-breakpoint
CREATE INDEX `entries_account` ON `entries` (`account_id`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `entries_one_charge_per_request` ON `entries` (`request_id`) WHERE "entries"."kind" = 'charge';--> statement-breakpoint
CREATE TABLE `holds` (
	`request_id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`key_id` text NOT NULL,
	`amount_micro` integer NOT NULL,
	`model_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`upstream_model` text NOT NULL,
	`stream` integer NOT NULL,
	`price_json` text,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "holds_amount_not_negative" CHECK("holds"."amount_micro" >= 0)
);
--> statement-breakpoint
CREATE TABLE `requests` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`key_id` text NOT NULL,
	`model_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`upstream_model` text NOT NULL,
	`stream` integer NOT NULL,
	`ending` text NOT NULL,
	`http_status` integer,
	`error_code` text,
	`usage_json` text,
	`usage_source` text NOT NULL,
	`price_json` text,
	`held_micro` integer NOT NULL,
	`charged_micro` integer NOT NULL,
	`shortfall_micro` integer NOT NULL,
	`started_at_ms` integer NOT NULL,
	`first_event_ms` integer,
	`duration_ms` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
);
