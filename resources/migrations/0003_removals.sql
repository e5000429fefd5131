CREATE TABLE "removals" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"names" json NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"rows" json NOT NULL,
	"farewell" text
);
