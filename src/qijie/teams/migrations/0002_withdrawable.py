from django.db import migrations

from qijie.territory.withdrawable import refuse_past


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]

    operations = [
        refuse_past("teams_post", "valid_from"),
        refuse_past("teams_holding", "from_on"),
    ]
