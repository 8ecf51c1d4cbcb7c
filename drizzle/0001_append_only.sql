-- Entries are never changed or removed: a correction is another entry.
CREATE TRIGGER `entries_no_update` BEFORE UPDATE ON `entries` BEGIN
	SELECT RAISE(ABORT, 'entries are append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `entries_no_delete` BEFORE DELETE ON `entries` BEGIN
	SELECT RAISE(ABORT, 'entries are append-only');
END;
--> statement-breakpoint
-- REPLACE removes rows without firing the trigger above.
CREATE TRIGGER `entries_no_replace` BEFORE INSERT ON `entries`
WHEN EXISTS (SELECT 1 FROM `entries` WHERE `seq` = NEW.`seq`)
	OR (NEW.`kind` = 'charge' AND EXISTS (
		SELECT 1 FROM `entries` WHERE `kind` = 'charge' AND `request_id` = NEW.`request_id`))
BEGIN
	SELECT RAISE(ABORT, 'entries are append-only');
END;
--> statement-breakpoint
-- An account stays, so that its entries keep their meaning.
CREATE TRIGGER `accounts_no_delete` BEFORE DELETE ON `accounts` BEGIN
	SELECT RAISE(ABORT, 'accounts are never deleted');
END;
--> statement-breakpoint
-- A deposit is taken and ended, never resized.
CREATE TRIGGER `holds_no_update` BEFORE UPDATE ON `holds` BEGIN
	SELECT RAISE(ABORT, 'holds are never changed');
END;
--> statement-breakpoint
-- A request ends once, and what it cost then stands.
CREATE TRIGGER `requests_no_update` BEFORE UPDATE ON `requests` BEGIN
	SELECT RAISE(ABORT, 'request records are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `requests_no_delete` BEFORE DELETE ON `requests` BEGIN
	SELECT RAISE(ABORT, 'request records are never removed');
END;
--> statement-breakpoint
CREATE TRIGGER `requests_no_replace` BEFORE INSERT ON `requests`
WHEN EXISTS (SELECT 1 FROM `requests` WHERE `id` = NEW.`id`)
BEGIN
	SELECT RAISE(ABORT, 'request records are never changed');
END;
