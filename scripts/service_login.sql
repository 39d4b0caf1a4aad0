-- Makes the login of the service, or gives it another password: BACKGRID_DATABASE_PASSWORD=… psql "$MIGRATION_DATABASE_URL" -f scripts/service_login.sql
-- It owns nothing: all it may do is what backgrid_app may, which `backgrid migrate` makes.
\set ON_ERROR_STOP on
\getenv password BACKGRID_DATABASE_PASSWORD
SELECT 'CREATE ROLE backgrid LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backgrid') \gexec
ALTER ROLE backgrid PASSWORD :'password';
GRANT backgrid_app TO backgrid;
