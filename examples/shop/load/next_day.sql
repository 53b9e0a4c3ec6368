-- The next morning's delivery: three orders, and a higher price for one product. For DuckDB and PostgreSQL.
insert into raw.orders values
    (41, 9, 'completed', '2026-11-20 09:15:00', '2026-11-21 15:15:00', '2026-11-21 05:58:00'),
    (42, 12, 'completed', '2026-11-20 11:15:00', '2026-11-21 17:15:00', '2026-11-21 05:58:00'),
    (43, 5, 'completed', '2026-11-20 13:15:00', '2026-11-21 19:15:00', '2026-11-21 05:58:00');

insert into raw.order_items values
    (71, 41, 5, 1, 5500, '2026-11-21 05:58:00'),
    (72, 42, 4, 1, 2200, '2026-11-21 05:58:00'),
    (73, 42, 8, 2, 1620, '2026-11-21 05:58:00'),
    (74, 42, 9, 1, 540, '2026-11-21 05:58:00'),
    (75, 43, 4, 1, 2200, '2026-11-21 05:58:00');

insert into raw.payments values
    (44, 41, 'charge', 'card', 5500, '2026-11-20 09:22:00', '2026-11-21 05:58:00'),
    (45, 42, 'charge', 'bank_transfer', 5980, '2026-11-20 12:50:00', '2026-11-21 05:58:00'),
    (46, 43, 'charge', 'card', 2200, '2026-11-20 13:18:00', '2026-11-21 05:58:00');

update raw.products set price_yen = 1404, updated_at = '2026-11-20 18:00:00' where product_id = 6;
