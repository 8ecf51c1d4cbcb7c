ALTER TABLE `holds` DROP COLUMN `provider_id`;--> statement-breakpoint
ALTER TABLE `holds` DROP COLUMN `upstream_model`;--> statement-breakpoint
ALTER TABLE `holds` DROP COLUMN `price_json`;