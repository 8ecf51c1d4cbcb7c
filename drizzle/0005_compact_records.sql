CREATE TABLE `owners` (
	`id` text PRIMARY KEY NOT NULL,
	`lease_ends_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `prices` (
	`id` integer PRIMARY KEY NOT NULL,
	`json` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prices_json_unique` ON `prices` (`json`);--> statement-breakpoint
CREATE TABLE `terms` (
	`id` integer PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`key_id` text NOT NULL,
	`model_id` text NOT NULL,
	`provider_id` text,
	`upstream_model` text,
	`price_id` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`price_id`) REFERENCES `prices`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `terms_of` ON `terms` (`account_id`,`key_id`,`model_id`);--> statement-breakpoint
CREATE TABLE `records` (
	`id` text PRIMARY KEY NOT NULL,
	`terms_id` integer NOT NULL,
	`stream` integer NOT NULL,
	`ending` text NOT NULL,
	`http_status` integer,
	`error_code` text,
	`usage` text,
	`usage_source` text NOT NULL,
	`attempts` integer NOT NULL,
	`held_micro` integer NOT NULL,
	`charged_micro` integer NOT NULL,
	`shortfall_micro` integer NOT NULL,
	`unbilled_micro` integer NOT NULL,
	`provider_cost_micro` integer,
	`started_at_ms` integer NOT NULL,
	`first_event_ms` integer,
	`duration_ms` integer,
	`ended_at_ms` integer NOT NULL,
	FOREIGN KEY (`terms_id`) REFERENCES `terms`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `prices` (`json`) SELECT DISTINCT `price_json` FROM `requests` WHERE `price_json` IS NOT NULL;
--> statement-breakpoint
INSERT INTO `terms` (`account_id`, `key_id`, `model_id`, `provider_id`, `upstream_model`, `price_id`)
SELECT DISTINCT r.`account_id`, r.`key_id`, r.`model_id`, r.`provider_id`, r.`upstream_model`, p.`id`
FROM `requests` r LEFT JOIN `prices` p ON p.`json` = r.`price_json`;
--> statement-breakpoint
-- Token counts as a list in a fixed order; what is zero at the end is left out. What cannot be read stays as it is.
INSERT INTO `records`
SELECT r.`id`, t.`id`, r.`stream`, r.`ending`, r.`http_status`, r.`error_code`,
	CASE WHEN r.`usage_json` IS NULL OR r.`isRead` = 0 THEN r.`usage_json`
		WHEN u3 = 0 AND u4 = 0 AND u5 = 0 AND u6 = 0 AND u7 = 0 AND u8 = 0 AND u9 = 0 AND u10 = 0 THEN '[' || u0 || ',' || u1 || CASE WHEN u2 = 0 THEN '' ELSE ',' || u2 END || ']'
		ELSE '[' || u0 || ',' || u1 || ',' || u2 || ',' || u3 || ',' || u4 || ',' || u5 || ',' || u6 || ',' || u7 || ',' || u8 || ',' || u9 || ',' || u10 || ']' END,
	r.`usage_source`, 1, r.`held_micro`, r.`charged_micro`, r.`shortfall_micro`, r.`unbilled_micro`,
	r.`provider_cost_micro`, r.`started_at_ms`, r.`first_event_ms`, r.`duration_ms`, r.`ended_at_ms`
FROM (
	SELECT *, `rowid` AS `place`, json_valid(`usage_json`) AS `isRead`,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.promptTokens'), 0) AS u0,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.completionTokens'), 0) AS u1,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.cachedTokens'), 0) AS u2,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.reasoningTokens'), 0) AS u3,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.cacheWriteTokens'), 0) AS u4,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.cacheWrite1hTokens'), 0) AS u5,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.promptAudioTokens'), 0) AS u6,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.completionAudioTokens'), 0) AS u7,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.acceptedPredictionTokens'), 0) AS u8,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.rejectedPredictionTokens'), 0) AS u9,
		COALESCE(json_extract(CASE WHEN json_valid(`usage_json`) THEN `usage_json` END, '$.cachedAudioTokens'), 0) AS u10
	FROM `requests`
) r
LEFT JOIN `prices` p ON p.`json` = r.`price_json`
CROSS JOIN `terms` t ON t.`account_id` = r.`account_id` AND t.`key_id` = r.`key_id` AND t.`model_id` = r.`model_id`
	AND t.`provider_id` IS r.`provider_id` AND t.`upstream_model` IS r.`upstream_model` AND t.`price_id` IS p.`id`
ORDER BY r.`place`;
--> statement-breakpoint
DROP TABLE `requests`;--> statement-breakpoint
-- A request ends once, and what it cost then stands.
CREATE TRIGGER `records_no_update` BEFORE UPDATE ON `records` BEGIN
	SELECT RAISE(ABORT, 'request records are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `records_no_delete` BEFORE DELETE ON `records` BEGIN
	SELECT RAISE(ABORT, 'request records are never removed');
END;
--> statement-breakpoint
CREATE TRIGGER `records_no_replace` BEFORE INSERT ON `records`
WHEN EXISTS (SELECT 1 FROM `records` WHERE `id` = NEW.`id`)
BEGIN
	SELECT RAISE(ABORT, 'request records are never changed');
END;
--> statement-breakpoint
-- Records mean what their terms and prices say.
CREATE TRIGGER `terms_no_update` BEFORE UPDATE ON `terms` BEGIN
	SELECT RAISE(ABORT, 'terms are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `terms_no_delete` BEFORE DELETE ON `terms` BEGIN
	SELECT RAISE(ABORT, 'terms are never removed');
END;
--> statement-breakpoint
CREATE TRIGGER `terms_no_replace` BEFORE INSERT ON `terms`
WHEN EXISTS (SELECT 1 FROM `terms` WHERE `id` = NEW.`id`)
BEGIN
	SELECT RAISE(ABORT, 'terms are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `prices_no_update` BEFORE UPDATE ON `prices` BEGIN
	SELECT RAISE(ABORT, 'prices are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `prices_no_delete` BEFORE DELETE ON `prices` BEGIN
	SELECT RAISE(ABORT, 'prices are never removed');
END;
--> statement-breakpoint
CREATE TRIGGER `prices_no_replace` BEFORE INSERT ON `prices`
WHEN EXISTS (SELECT 1 FROM `prices` WHERE `id` = NEW.`id` OR `json` = NEW.`json`)
BEGIN
	SELECT RAISE(ABORT, 'prices are never changed');
END;
--> statement-breakpoint
-- Records with their terms in words, for whoever reads the file.
CREATE VIEW `requests` AS
SELECT r.`rowid` AS `rowid`, r.`id`, t.`account_id`, t.`key_id`, t.`model_id`, t.`provider_id`, t.`upstream_model`,
	r.`stream`, r.`ending`, r.`http_status`, r.`error_code`,
	CASE WHEN r.`usage` IS NULL OR NOT json_valid(r.`usage`) THEN r.`usage`
		WHEN COALESCE(json_extract(r.`usage`, '$[10]'), 0) = 0 THEN json_object('promptTokens', COALESCE(json_extract(r.`usage`, '$[0]'), 0), 'completionTokens', COALESCE(json_extract(r.`usage`, '$[1]'), 0), 'cachedTokens', COALESCE(json_extract(r.`usage`, '$[2]'), 0), 'cacheWriteTokens', COALESCE(json_extract(r.`usage`, '$[4]'), 0), 'cacheWrite1hTokens', COALESCE(json_extract(r.`usage`, '$[5]'), 0), 'promptAudioTokens', COALESCE(json_extract(r.`usage`, '$[6]'), 0), 'completionAudioTokens', COALESCE(json_extract(r.`usage`, '$[7]'), 0), 'reasoningTokens', COALESCE(json_extract(r.`usage`, '$[3]'), 0), 'acceptedPredictionTokens', COALESCE(json_extract(r.`usage`, '$[8]'), 0), 'rejectedPredictionTokens', COALESCE(json_extract(r.`usage`, '$[9]'), 0))
		ELSE json_object('promptTokens', COALESCE(json_extract(r.`usage`, '$[0]'), 0), 'completionTokens', COALESCE(json_extract(r.`usage`, '$[1]'), 0), 'cachedTokens', COALESCE(json_extract(r.`usage`, '$[2]'), 0), 'cacheWriteTokens', COALESCE(json_extract(r.`usage`, '$[4]'), 0), 'cacheWrite1hTokens', COALESCE(json_extract(r.`usage`, '$[5]'), 0), 'promptAudioTokens', COALESCE(json_extract(r.`usage`, '$[6]'), 0), 'cachedAudioTokens', COALESCE(json_extract(r.`usage`, '$[10]'), 0), 'completionAudioTokens', COALESCE(json_extract(r.`usage`, '$[7]'), 0), 'reasoningTokens', COALESCE(json_extract(r.`usage`, '$[3]'), 0), 'acceptedPredictionTokens', COALESCE(json_extract(r.`usage`, '$[8]'), 0), 'rejectedPredictionTokens', COALESCE(json_extract(r.`usage`, '$[9]'), 0)) END AS `usage_json`,
	r.`usage_source`, p.`json` AS `price_json`, r.`attempts`, r.`held_micro`, r.`charged_micro`, r.`shortfall_micro`,
	r.`unbilled_micro`, r.`provider_cost_micro`, r.`started_at_ms`, r.`first_event_ms`, r.`duration_ms`, r.`ended_at_ms`
FROM `records` r LEFT JOIN `terms` t ON t.`id` = r.`terms_id` LEFT JOIN `prices` p ON p.`id` = t.`price_id`;
--> statement-breakpoint
CREATE TABLE `holds_now` (
	`request_id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`key_id` text NOT NULL,
	`amount_micro` integer NOT NULL,
	`model_id` text NOT NULL,
	`stream` integer NOT NULL,
	`owner_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "holds_amount_not_negative" CHECK(`amount_micro` >= 0)
) WITHOUT ROWID;
--> statement-breakpoint
-- Whoever had these is gone.
INSERT INTO `holds_now`
SELECT `request_id`, `account_id`, `key_id`, `amount_micro`, `model_id`, `stream`, '', `created_at_ms` FROM `holds`;
--> statement-breakpoint
DROP TABLE `holds`;--> statement-breakpoint
ALTER TABLE `holds_now` RENAME TO `holds`;--> statement-breakpoint
-- A hold is taken and ended, never resized.
CREATE TRIGGER `holds_no_update` BEFORE UPDATE ON `holds` BEGIN
	SELECT RAISE(ABORT, 'holds are never changed');
END;
