INSERT INTO note VALUES (1, 'comes last, whatever its name');
