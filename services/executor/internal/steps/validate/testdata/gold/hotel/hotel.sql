CREATE TABLE hotel (id int PRIMARY KEY, name text NOT NULL, city text NOT NULL, stars int);
CREATE TABLE room (id int PRIMARY KEY, hotel_id int NOT NULL REFERENCES hotel, kind text NOT NULL, price numeric(8,2) NOT NULL);
CREATE TABLE stay (id int PRIMARY KEY, room_id int NOT NULL REFERENCES room, guest_name text NOT NULL, arrived_on date NOT NULL, nights int NOT NULL);
INSERT INTO hotel VALUES (1, 'Adler', 'Bern', 4), (2, 'Seeblick', 'Luzern', 3), (3, 'Krone', 'Bern', 5);
INSERT INTO room VALUES (1, 1, 'single', 90), (2, 1, 'double', 140), (3, 2, 'double', 120), (4, 3, 'suite', 400);
INSERT INTO stay VALUES (1, 1, 'Ada', '2025-01-03', 2), (2, 3, 'Bo', '2025-01-05', 1), (3, 4, 'Cy', '2025-02-01', 3);
