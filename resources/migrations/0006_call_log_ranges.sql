DROP INDEX "call_log_at";--> statement-breakpoint
DROP INDEX "call_log_server";--> statement-breakpoint
DROP INDEX "call_log_endpoint";--> statement-breakpoint
DROP INDEX "call_log_client";--> statement-breakpoint
DROP INDEX "call_log_outcome";--> statement-breakpoint
DROP INDEX "call_log_name";--> statement-breakpoint
CREATE INDEX "call_log_ranges" ON "call_log" USING brin ("at" timestamptz_minmax_ops,"server" text_bloom_ops(n_distinct_per_range=32),"endpoint" text_bloom_ops(n_distinct_per_range=16),"client" text_bloom_ops(n_distinct_per_range=16),"outcome" text_bloom_ops(n_distinct_per_range=16),"name" text_bloom_ops(n_distinct_per_range=128)) WITH (pages_per_range=16);