CREATE TABLE `answers` (
	`account_id` text NOT NULL,
	`key_hash` text NOT NULL,
	`body_hash` text NOT NULL,
	`request_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`ended_at_ms` integer,
	`body_bytes` integer DEFAULT 0 NOT NULL,
	`body` text,
	PRIMARY KEY(`account_id`, `key_hash`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `answers_request_id_unique` ON `answers` (`request_id`);--> statement-breakpoint
CREATE INDEX `answers_age` ON `answers` (`created_at_ms`);--> statement-breakpoint
CREATE INDEX `answers_size` ON `answers` (`account_id`,`body_bytes`);--> statement-breakpoint
ALTER TABLE `requests` ADD `unbilled_micro` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `requests` ADD `ended_at_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `entries_refunds` ON `entries` (`request_id`) WHERE "entries"."kind" = 'refund';--> statement-breakpoint
-- Records from before this column ended when their duration was over; only a migration may say so.
DROP TRIGGER `requests_no_update`;
--> statement-breakpoint
UPDATE `requests` SET `ended_at_ms` = `started_at_ms` + COALESCE(`duration_ms`, 0);
--> statement-breakpoint
CREATE TRIGGER `requests_no_update` BEFORE UPDATE ON `requests` BEGIN
	SELECT RAISE(ABORT, 'request records are never changed');
END;
