-- Run once by the PostgreSQL image, as its superuser, on an empty data folder (/docker-entrypoint-initdb.d).
-- Four accounts, so that a process which is broken into can do no more than its own work:
--   evenlode              owns the tables; used to migrate, for upkeep and for the commands
--   evenlode_web_login    the web: may store a report and its source, may not read a source; takes the console's roles
--                         for whoever is signed in there
--   evenlode_worker_login relay and workers: see no source and no report text
--   evenlode_pattern_login compares reports: reads what was said, never a source
-- What each role may do is granted by the migrations. A missing password stops the start here.
\getenv owner_password EVENLODE_OWNER_PASSWORD
\getenv web_password EVENLODE_WEB_PASSWORD
\getenv worker_password EVENLODE_WORKER_PASSWORD
\getenv pattern_password EVENLODE_PATTERN_PASSWORD

CREATE ROLE evenlode LOGIN PASSWORD :'owner_password';
CREATE ROLE evenlode_web_login LOGIN PASSWORD :'web_password';
CREATE ROLE evenlode_worker_login LOGIN PASSWORD :'worker_password';
CREATE ROLE evenlode_pattern_login LOGIN PASSWORD :'pattern_password';

-- Made here rather than by the migrations, which run as the owner and so may not make roles.
CREATE ROLE evenlode_web NOLOGIN;
CREATE ROLE evenlode_worker NOLOGIN;
CREATE ROLE evenlode_source NOLOGIN;
CREATE ROLE evenlode_pattern NOLOGIN;
CREATE ROLE evenlode_console NOLOGIN;
CREATE ROLE evenlode_access NOLOGIN;
GRANT evenlode_web, evenlode_worker, evenlode_source, evenlode_pattern, evenlode_console, evenlode_access
    TO evenlode WITH ADMIN OPTION;
GRANT evenlode_web, evenlode_console, evenlode_access TO evenlode_web_login;
GRANT evenlode_worker TO evenlode_worker_login;
GRANT evenlode_pattern TO evenlode_pattern_login;

CREATE DATABASE evenlode OWNER evenlode TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE evenlode FROM PUBLIC;
GRANT CONNECT ON DATABASE evenlode TO evenlode_web_login, evenlode_worker_login, evenlode_pattern_login;
