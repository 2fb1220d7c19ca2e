from django.db import migrations

from qijie.territory.withdrawable import refuse_past


class Migration(migrations.Migration):
    dependencies = [("territory", "0001_initial")]

    operations = [
        refuse_past("territory_node", "valid_from"),
        refuse_past("territory_building", "valid_from"),
    ]
