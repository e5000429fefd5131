ALTER TABLE "server_catalogs" ADD COLUMN "own_connections" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "isolation" text DEFAULT 'auto' NOT NULL;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "idle_connections" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "max_connections" integer DEFAULT 20 NOT NULL;