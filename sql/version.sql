-- The extension is installed by the test driver.
SELECT extversion FROM pg_extension WHERE extname = 'kinwallet';
