create schema app;
create table app.visits (id integer, customer_id integer, visited_at timestamp);
insert into app.visits values
  (1, 1, timestamp '2026-03-01 09:00:00'), (2, 3, timestamp '2026-03-02 12:30:00'), (3, 5, timestamp '2026-03-04 08:15:00');
