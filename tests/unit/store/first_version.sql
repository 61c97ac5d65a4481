-- A store as standoff 0.1.0 made it with tables of version 0001; written by `sqlite3.Connection.iterdump`.
BEGIN TRANSACTION;
CREATE TABLE claims (
	id INTEGER NOT NULL,
	coding_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	kind TEXT NOT NULL,
	issue TEXT NOT NULL,
	holder TEXT NOT NULL,
	content JSON NOT NULL,
	CONSTRAINT pk_claims PRIMARY KEY (id),
	CONSTRAINT fk_claims_coding_id FOREIGN KEY(coding_id) REFERENCES codings (id),
	CONSTRAINT uq_claims_coding_id_position UNIQUE (coding_id, position)
);
INSERT INTO "claims" VALUES(1,1,0,'force_level','border','NTH MIL','{"kind":"force_level","issue":"border","holder":{"code":"NTH MIL","text":"Northland","span":[0,9],"inferred":false},"about":null,"value":"2","unit":"brigades","qualifier":"","span":[16,28],"quote":"two brigades","attribution":{"speaker":"both","outlet":"","span":[78,82]},"factuality":"happened"}');
CREATE TABLE cluster_members (
	id INTEGER NOT NULL,
	cluster_id INTEGER NOT NULL,
	event_id INTEGER NOT NULL,
	CONSTRAINT pk_cluster_members PRIMARY KEY (id),
	CONSTRAINT fk_cluster_members_cluster_id FOREIGN KEY(cluster_id) REFERENCES clusters (id),
	CONSTRAINT fk_cluster_members_event_id FOREIGN KEY(event_id) REFERENCES events (id),
	CONSTRAINT uq_cluster_members_cluster_id_event_id UNIQUE (cluster_id, event_id)
);
CREATE TABLE clusters (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	method TEXT NOT NULL,
	label TEXT NOT NULL,
	CONSTRAINT pk_clusters PRIMARY KEY (id),
	CONSTRAINT fk_clusters_write_id FOREIGN KEY(write_id) REFERENCES writes (id)
);
CREATE TABLE codings (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	method TEXT NOT NULL,
	version INTEGER NOT NULL,
	content_hash VARCHAR(64) NOT NULL,
	language TEXT NOT NULL,
	refused TEXT NOT NULL,
	CONSTRAINT pk_codings PRIMARY KEY (id),
	CONSTRAINT fk_codings_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_codings_write_id FOREIGN KEY(write_id) REFERENCES writes (id),
	CONSTRAINT uq_codings_document_id_method_version UNIQUE (document_id, method, version)
);
INSERT INTO "codings" VALUES(1,2,1,'patterns 1',1,'3edc80ceb125fe33e768f881798f9f2b2121b3a27fd7981765824786eb1ef103','en','');
CREATE TABLE documents (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	document_hash VARCHAR(64) NOT NULL,
	text TEXT NOT NULL,
	CONSTRAINT pk_documents PRIMARY KEY (id),
	CONSTRAINT fk_documents_write_id FOREIGN KEY(write_id) REFERENCES writes (id),
	CONSTRAINT uq_documents_document_hash UNIQUE (document_hash)
);
INSERT INTO "documents" VALUES(1,1,'e81c0cd14823a8130451f699629e0190ad7d471cd77c1c03dcde9a73e2ac945b','Northland moved two brigades to the border. Southland called that a threat. Talks go on, both say. Report 0.');
CREATE TABLE events (
	id INTEGER NOT NULL,
	coding_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	event_key VARCHAR(64) NOT NULL,
	event_type TEXT NOT NULL,
	date DATE,
	actor TEXT NOT NULL,
	target TEXT NOT NULL,
	factuality TEXT NOT NULL,
	confidence FLOAT NOT NULL,
	content JSON NOT NULL,
	CONSTRAINT pk_events PRIMARY KEY (id),
	CONSTRAINT fk_events_coding_id FOREIGN KEY(coding_id) REFERENCES codings (id),
	CONSTRAINT uq_events_coding_id_position UNIQUE (coding_id, position)
);
INSERT INTO "events" VALUES(1,1,0,'ac74dd3313db04eeabca7e2f39201b975c269b46b4b514a46c0860234039d9ab','MOBILIZE','2031-03-04','NTH MIL','STH','happened',3.00000000000000044408e-01,'{"type":"MOBILIZE","mode":"","contexts":["military"],"actor":{"code":"NTH MIL","text":"Northland","span":[0,9],"inferred":false},"target":{"code":"STH","text":"","span":null,"inferred":true},"date":"2031-03-04","place":"the border","span":[10,28],"quote":"moved two brigades","attribution":{"speaker":"","outlet":"","span":null},"factuality":"happened","confidence":0.30000000000000004,"method":"patterns 1","intensity":-7.2}');
INSERT INTO "events" VALUES(2,1,1,'ded0cdc92bc915871d0d02d836096e9e06c80b723255880e67d063659c098de1','ACCUSE',NULL,'STH','NTH','happened',3.00000000000000044408e-01,'{"type":"ACCUSE","mode":"","contexts":["military"],"actor":{"code":"STH","text":"Northland","span":[0,9],"inferred":false},"target":{"code":"NTH","text":"","span":null,"inferred":true},"date":null,"place":"the border","span":[54,74],"quote":"called that a threat","attribution":{"speaker":"Southland","outlet":"","span":null},"factuality":"happened","confidence":0.30000000000000004,"method":"patterns 1","intensity":-2.0}');
CREATE TABLE forecasts (
	id INTEGER NOT NULL,
	run_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	label TEXT NOT NULL,
	dates JSON NOT NULL,
	probabilities JSON NOT NULL,
	CONSTRAINT pk_forecasts PRIMARY KEY (id),
	CONSTRAINT ck_forecasts_kind CHECK (kind in ('outcome', 'milestone')),
	CONSTRAINT fk_forecasts_run_id FOREIGN KEY(run_id) REFERENCES runs (id),
	CONSTRAINT uq_forecasts_run_id_kind_name UNIQUE (run_id, kind, name)
);
CREATE TABLE reviews (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	event_id INTEGER NOT NULL,
	action TEXT NOT NULL,
	correction JSON,
	author TEXT NOT NULL,
	reason TEXT NOT NULL,
	reviewed_at DATETIME NOT NULL,
	CONSTRAINT pk_reviews PRIMARY KEY (id),
	CONSTRAINT ck_reviews_correction CHECK ((action = 'correct') = (correction is not null)),
	CONSTRAINT ck_reviews_action CHECK (action in ('confirm', 'correct', 'drop')),
	CONSTRAINT fk_reviews_event_id FOREIGN KEY(event_id) REFERENCES events (id),
	CONSTRAINT fk_reviews_write_id FOREIGN KEY(write_id) REFERENCES writes (id)
);
INSERT INTO "reviews" VALUES(1,3,1,'drop',NULL,'ann','an exercise','2031-03-05 00:00:00');
CREATE TABLE runs (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	scenario_id INTEGER NOT NULL,
	known_by INTEGER,
	kind TEXT NOT NULL,
	note TEXT NOT NULL,
	settings JSON NOT NULL,
	versions JSON NOT NULL,
	certificate JSON NOT NULL,
	document JSON NOT NULL,
	CONSTRAINT pk_runs PRIMARY KEY (id),
	CONSTRAINT fk_runs_known_by FOREIGN KEY(known_by) REFERENCES writes (id),
	CONSTRAINT fk_runs_scenario_id FOREIGN KEY(scenario_id) REFERENCES scenarios (id),
	CONSTRAINT fk_runs_write_id FOREIGN KEY(write_id) REFERENCES writes (id)
);
CREATE TABLE scenarios (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	archive_hash VARCHAR(64) NOT NULL,
	scenario_hash VARCHAR(64) NOT NULL,
	name TEXT NOT NULL,
	title TEXT NOT NULL,
	as_of DATE NOT NULL,
	archive JSON NOT NULL,
	CONSTRAINT pk_scenarios PRIMARY KEY (id),
	CONSTRAINT fk_scenarios_write_id FOREIGN KEY(write_id) REFERENCES writes (id),
	CONSTRAINT uq_scenarios_archive_hash UNIQUE (archive_hash)
);
CREATE TABLE schema_changes (
	revision VARCHAR(32) NOT NULL,
	standoff_version TEXT NOT NULL,
	changed_at DATETIME NOT NULL,
	CONSTRAINT pk_schema_changes PRIMARY KEY (revision)
);
INSERT INTO "schema_changes" VALUES('0001','0.1.0','2026-11-28 09:27:07.579331');
CREATE TABLE sightings (
	id INTEGER NOT NULL,
	write_id INTEGER NOT NULL,
	document_id INTEGER NOT NULL,
	sighting_hash VARCHAR(64) NOT NULL,
	title TEXT NOT NULL,
	outlet TEXT NOT NULL,
	author TEXT NOT NULL,
	date DATE,
	language TEXT NOT NULL,
	address TEXT NOT NULL,
	media_type TEXT NOT NULL,
	retrieved DATETIME,
	CONSTRAINT pk_sightings PRIMARY KEY (id),
	CONSTRAINT fk_sightings_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_sightings_write_id FOREIGN KEY(write_id) REFERENCES writes (id),
	CONSTRAINT uq_sightings_sighting_hash UNIQUE (sighting_hash)
);
INSERT INTO "sightings" VALUES(1,1,1,'d08689272c3a673cd719f8e6ce1130f8e1a6910bc86d2da68c85333e19c4b493','Report 0','The Gazette','',NULL,'en','file0.txt','text/plain',NULL);
CREATE TABLE standoff_revision (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT standoff_revision_pkc PRIMARY KEY (version_num)
);
INSERT INTO "standoff_revision" VALUES('0001');
CREATE TABLE writes (
	id INTEGER NOT NULL,
	recorded_at DATETIME NOT NULL,
	what TEXT NOT NULL,
	standoff_version TEXT NOT NULL,
	CONSTRAINT pk_writes PRIMARY KEY (id)
);
INSERT INTO "writes" VALUES(1,'2026-11-28 09:27:07.627143','documents','0.1.0');
INSERT INTO "writes" VALUES(2,'2026-11-28 09:27:07.681609','codings by patterns 1','0.1.0');
INSERT INTO "writes" VALUES(3,'2031-03-05 00:00:00','reviews','0.1.0');
CREATE INDEX ix_scenarios_name ON scenarios (name);
CREATE INDEX ix_scenarios_scenario_hash ON scenarios (scenario_hash);
CREATE INDEX ix_runs_scenario_id ON runs (scenario_id);
CREATE INDEX ix_sightings_date ON sightings (date);
CREATE INDEX ix_sightings_document_id ON sightings (document_id);
CREATE INDEX ix_events_date ON events (date);
CREATE INDEX ix_events_event_key ON events (event_key);
CREATE INDEX ix_cluster_members_event_id ON cluster_members (event_id);
CREATE INDEX ix_reviews_event_id ON reviews (event_id);
CREATE TRIGGER writes_no_update BEFORE UPDATE ON writes BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER writes_no_delete BEFORE DELETE ON writes BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER documents_no_update BEFORE UPDATE ON documents BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER documents_no_delete BEFORE DELETE ON documents BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER sightings_no_update BEFORE UPDATE ON sightings BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER sightings_no_delete BEFORE DELETE ON sightings BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER codings_no_update BEFORE UPDATE ON codings BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER codings_no_delete BEFORE DELETE ON codings BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER claims_no_update BEFORE UPDATE ON claims BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER claims_no_delete BEFORE DELETE ON claims BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER reviews_no_update BEFORE UPDATE ON reviews BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER reviews_no_delete BEFORE DELETE ON reviews BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER clusters_no_update BEFORE UPDATE ON clusters BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER clusters_no_delete BEFORE DELETE ON clusters BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER cluster_members_no_update BEFORE UPDATE ON cluster_members BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER cluster_members_no_delete BEFORE DELETE ON cluster_members BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER scenarios_no_update BEFORE UPDATE ON scenarios BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER scenarios_no_delete BEFORE DELETE ON scenarios BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER forecasts_no_update BEFORE UPDATE ON forecasts BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER forecasts_no_delete BEFORE DELETE ON forecasts BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER schema_changes_no_update BEFORE UPDATE ON schema_changes BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
CREATE TRIGGER schema_changes_no_delete BEFORE DELETE ON schema_changes BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END;
COMMIT;
