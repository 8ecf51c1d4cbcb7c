CREATE TABLE `api_keys_version` (
	`id` integer PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `api_keys_version` (`id`, `version`) VALUES (1, 1);
--> statement-breakpoint
-- Whoever keeps keys in memory sees by this that one was changed, whichever process did.
CREATE TRIGGER `api_keys_version_insert` AFTER INSERT ON `api_keys` BEGIN
	UPDATE `api_keys_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `api_keys_version_update` AFTER UPDATE ON `api_keys` BEGIN
	UPDATE `api_keys_version` SET `version` = `version` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `api_keys_version_delete` AFTER DELETE ON `api_keys` BEGIN
	UPDATE `api_keys_version` SET `version` = `version` + 1;
END;
