CREATE TABLE "api_key_endpoints" (
	"api_key_id" text NOT NULL,
	"endpoint_id" text NOT NULL,
	CONSTRAINT "api_key_endpoints_api_key_id_endpoint_id_pk" PRIMARY KEY("api_key_id","endpoint_id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"hint" text NOT NULL,
	"enabled" boolean NOT NULL,
	"all_endpoints" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_name_unique" UNIQUE("name"),
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "call_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "call_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"endpoint" text NOT NULL,
	"caller" text NOT NULL,
	"client" text,
	"server" text,
	"method" text NOT NULL,
	"name" text,
	"duration_ms" integer NOT NULL,
	"outcome" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "endpoints" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"enabled" boolean NOT NULL,
	"namespace_id" text NOT NULL,
	"prefix" boolean NOT NULL,
	"auth" json NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "endpoints_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "namespace_servers" (
	"namespace_id" text NOT NULL,
	"server_id" text NOT NULL,
	"position" integer NOT NULL,
	"enabled" boolean NOT NULL,
	CONSTRAINT "namespace_servers_namespace_id_server_id_pk" PRIMARY KEY("namespace_id","server_id")
);
--> statement-breakpoint
CREATE TABLE "namespace_tools" (
	"namespace_id" text NOT NULL,
	"server_id" text NOT NULL,
	"tool" text NOT NULL,
	"enabled" boolean NOT NULL,
	"name" text,
	"title" text,
	"description" text,
	"annotations" json,
	CONSTRAINT "namespace_tools_namespace_id_server_id_tool_pk" PRIMARY KEY("namespace_id","server_id","tool"),
	CONSTRAINT "namespace_tools_name" UNIQUE("namespace_id","name")
);
--> statement-breakpoint
CREATE TABLE "namespaces" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "namespaces_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "server_catalogs" (
	"server_id" text PRIMARY KEY NOT NULL,
	"tried_at" timestamp with time zone NOT NULL,
	"error" text,
	"hello" json,
	"prompts" json NOT NULL,
	"resources" json NOT NULL,
	"resource_templates" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "servers" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"description" text NOT NULL,
	"enabled" boolean NOT NULL,
	"start" text NOT NULL,
	"idle_ms" integer NOT NULL,
	"start_timeout_ms" integer NOT NULL,
	"command" text,
	"args" json,
	"cwd" text,
	"url" text,
	"secrets" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "servers_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tools" (
	"server_id" text NOT NULL,
	"name" text NOT NULL,
	"position" integer NOT NULL,
	"definition" json NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "tools_server_id_name_pk" PRIMARY KEY("server_id","name")
);
--> statement-breakpoint
ALTER TABLE "api_key_endpoints" ADD CONSTRAINT "api_key_endpoints_api_key_id_api_keys_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_key_endpoints" ADD CONSTRAINT "api_key_endpoints_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_namespace_id_namespaces_id_fk" FOREIGN KEY ("namespace_id") REFERENCES "public"."namespaces"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_servers" ADD CONSTRAINT "namespace_servers_namespace_id_namespaces_id_fk" FOREIGN KEY ("namespace_id") REFERENCES "public"."namespaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_servers" ADD CONSTRAINT "namespace_servers_server_id_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_tools" ADD CONSTRAINT "namespace_tools_namespace_id_namespaces_id_fk" FOREIGN KEY ("namespace_id") REFERENCES "public"."namespaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "namespace_tools" ADD CONSTRAINT "namespace_tools_server_id_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "server_catalogs" ADD CONSTRAINT "server_catalogs_server_id_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tools" ADD CONSTRAINT "tools_server_id_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "call_log_at" ON "call_log" USING btree ("at");