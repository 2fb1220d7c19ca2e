from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("territory", "0001_initial")]

    operations = [migrations.RemoveIndex(model_name="node", name="grid_in_force")]
