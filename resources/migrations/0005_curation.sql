CREATE TABLE "namespace_items" (
	"namespace_id" text NOT NULL,
	"server_id" text NOT NULL,
	"kind" text NOT NULL,
	"item" text NOT NULL,
	"enabled" boolean NOT NULL,
	"name" text,
	"title" text,
	"description" text,
	CONSTRAINT "namespace_items_namespace_id_server_id_kind_item_pk" PRIMARY KEY("namespace_id","server_id","kind","item"),
	CONSTRAINT "namespace_items_name" UNIQUE("namespace_id","kind","name")
);
--> statement-breakpoint
CREATE TABLE "namespace_pins" (
	"namespace_id" text NOT NULL,
	"server_id" text NOT NULL,
	"tool" text NOT NULL,
	"hash" text,
	CONSTRAINT "namespace_pins_namespace_id_server_id_tool_pk" PRIMARY KEY("namespace_id","server_id","tool")
);
--> statement-breakpoint
CREATE TABLE "pinned_tools" (
	"hash" text PRIMARY KEY NOT NULL,
	"definition" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "call_log" ALTER COLUMN "duration_ms" SET DATA TYPE double precision;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "client_version" text;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "owner_id" text;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "account_id" text;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "error" text;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "arguments_size" integer;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "result_size" integer;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "result_tokens" integer;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "arguments" text;--> statement-breakpoint
ALTER TABLE "call_log" ADD COLUMN "result" text;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "discovery" json DEFAULT '{"mode":"direct","aboveTokens":20000,"pinned":[]}'::json NOT NULL;--> statement-breakpoint
ALTER TABLE "endpoints" ADD COLUMN "rate_limit" json;--> statement-breakpoint
ALTER TABLE "namespace_servers" ADD COLUMN "new_tools" text;--> statement-breakpoint
ALTER TABLE "namespace_servers" ADD COLUMN "known" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "namespaces" ADD COLUMN "middleware" json DEFAULT '[]'::json NOT NULL;--> statement-breakpoint
ALTER TABLE "namespaces" ADD COLUMN "new_tools" text DEFAULT 'on' NOT NULL;--> statement-breakpoint
ALTER TABLE "namespaces" ADD COLUMN "changed_tools" text DEFAULT 'warn' NOT NULL;--> statement-breakpoint
ALTER TABLE "servers" ADD COLUMN "approved" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "namespace_items" ADD CONSTRAINT "namespace_items_namespace_id_namespaces_id_fk" FOREIGN KEY ("namespace_id") REFERENCES "public"."namespaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_items" ADD CONSTRAINT "namespace_items_server_id_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_pins" ADD CONSTRAINT "namespace_pins_namespace_id_namespaces_id_fk" FOREIGN KEY ("namespace_id") REFERENCES "public"."namespaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_pins" ADD CONSTRAINT "namespace_pins_server_id_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "call_log_server" ON "call_log" USING btree ("server","id");--> statement-breakpoint
CREATE INDEX "call_log_endpoint" ON "call_log" USING btree ("endpoint","id");--> statement-breakpoint
CREATE INDEX "call_log_client" ON "call_log" USING btree ("client","id");--> statement-breakpoint
CREATE INDEX "call_log_outcome" ON "call_log" USING btree ("outcome","id");--> statement-breakpoint
CREATE INDEX "call_log_name" ON "call_log" USING btree ("name","id");